import { Badge } from '@mantine/core';
import type { CSSProperties, ReactNode } from 'react';

const { root, label, section } = Badge.classes;
const quiet = markStyle('var(--mantine-color-default)', 'var(--mantine-color-default-color)', 'var(--mantine-color-default-border)');

/** A badge by Mantine's classes alone: a long list draws hundreds of them, and its component costs ten times as much. */
export function Mark({ style = quiet, icon, children }: { readonly style?: CSSProperties; readonly icon?: ReactNode; readonly children: ReactNode }) {
  return (
    <span className={root} style={style} data-with-left-section={icon === undefined ? undefined : true}>
      {icon === undefined ? null : (
        <span className={section} data-position="left">
          {icon}
        </span>
      )}
      <span className={label} style={whole}>
        {children}
      </span>
    </span>
  );
}

/** Colours of a mark; in capitals where it is filled with one. */
export function markStyle(background: string, color = 'var(--mantine-color-white)', border = 'transparent'): CSSProperties {
  const filled = border === 'transparent';
  const variables = { '--badge-bg': background, '--badge-color': color, '--badge-bd': `1px solid ${border}`, '--badge-radius': 'var(--mantine-radius-sm)' };
  return { ...variables, minWidth: 'max-content', verticalAlign: 'middle', ...(filled ? {} : { textTransform: 'none', fontWeight: 500 }) };
}

// A word is never cut inside its badge.
const whole: CSSProperties = { overflow: 'visible' };
