import { expect, test } from 'vitest';
import { paragraph, text } from './rich-text.ts';
import { coverages, detectionStates, finalDecisions, isAtLeast, isFinalDecision, isWorking, linkStates, roles, severities, severityRank, statuses, triggers, workingStatuses } from './vocabulary.ts';

test('the closed lists are those of the glossary, in its order', () => {
  expect({ statuses, workingStatuses, finalDecisions, severities, triggers, coverages, detectionStates, roles, linkStates }).toEqual({
    statuses: ['identified', 'in_progress', 'awaiting_validation', 'fixed', 'risk_accepted', 'false_positive'],
    workingStatuses: ['identified', 'in_progress', 'awaiting_validation'],
    finalDecisions: ['risk_accepted', 'false_positive'],
    severities: ['critical', 'high', 'medium', 'low', 'informational'],
    triggers: ['ci', 'scheduled', 'manual'],
    coverages: ['complete', 'partial'],
    detectionStates: ['detected', 'not_detected', 'unknown'],
    roles: ['administrator', 'analyst', 'developer', 'viewer'],
    linkStates: ['pending', 'linked', 'lost', 'inaccessible', 'held', 'detached', 'duplicated'],
  });
});

test('severities are ordered, the most severe first', () => {
  expect(severities.map(severityRank)).toEqual([0, 1, 2, 3, 4]);
  expect(severities.map((severity) => isAtLeast(severity, 'medium'))).toEqual([true, true, true, false, false]);
});

test('a status is working, final, or fixed', () => {
  expect(statuses.filter(isWorking)).toEqual(['identified', 'in_progress', 'awaiting_validation']);
  expect(statuses.filter(isFinalDecision)).toEqual(['risk_accepted', 'false_positive']);
});

test('a paragraph takes plain words and marked ones', () => {
  expect(paragraph('plain ', { kind: 'strong', text: 'strong' }, text(' again'))).toEqual({
    kind: 'paragraph',
    children: [{ kind: 'text', text: 'plain ' }, { kind: 'strong', text: 'strong' }, { kind: 'text', text: ' again' }],
  });
});
