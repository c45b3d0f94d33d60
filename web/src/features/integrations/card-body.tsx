import { Code, List, Stack, Text } from '@mantine/core';
import type { ReactNode } from 'react';

/**
 * A card's body as a person will read it. It is parsed in a document without scripts, loads nothing, and only its text and a few
 * kinds of emphasis are taken: a scanner's words are never HTML of ours.
 */
export function CardBody({ body }: { readonly body: string }) {
  if (!/<[a-z]/iu.test(body)) {
    return <Prose>{body}</Prose>;
  }
  const parsed = new DOMParser().parseFromString(body, 'text/html');
  return <Stack gap="xs">{[...parsed.body.childNodes].map(blockOf)}</Stack>;
}

function Prose({ children }: { readonly children: ReactNode }) {
  return (
    <Text size="sm" component="div" style={{ whiteSpace: 'pre-wrap', overflowWrap: 'anywhere' }}>
      {children}
    </Text>
  );
}

function blockOf(node: Node, index: number): ReactNode {
  const text = node.textContent ?? '';
  if (text.trim() === '') {
    return null;
  }
  if (node.nodeName === 'PRE') {
    return (
      <Code block key={index} tabIndex={0}>
        {text}
      </Code>
    );
  }
  if (node.nodeName === 'UL' || node.nodeName === 'OL') {
    return (
      <List size="sm" key={index}>
        {[...node.childNodes].map((item, at) => (
          <List.Item key={at} style={{ overflowWrap: 'anywhere' }}>
            {inlinesOf(item)}
          </List.Item>
        ))}
      </List>
    );
  }
  return <Prose key={index}>{node.nodeType === Node.TEXT_NODE ? text : inlinesOf(node)}</Prose>;
}

function inlinesOf(node: Node): ReactNode {
  return [...node.childNodes].map((child, index) => {
    switch (child.nodeName) {
      case '#text':
        return child.textContent;
      case 'BR':
        return <br key={index} />;
      case 'B':
      case 'STRONG':
        return <b key={index}>{inlinesOf(child)}</b>;
      case 'CODE':
        return <Code key={index}>{child.textContent}</Code>;
      case 'A':
        return <u key={index}>{inlinesOf(child)}</u>;
      default:
        return <span key={index}>{inlinesOf(child)}</span>;
    }
  });
}
