type Names = Readonly<Record<string, string>>;

export const identity = {
  why: {
    title: 'Why, and what would close it',
    status: 'Why this status',
    closing: 'What would close it',
    needs: { nothing: 'has said it is gone', approval: 'waits for approval', retest: 'needs a retest', complete_scan: 'needs a complete scan' } as Names,
    goesOn: 'Goes on by itself',
    delivery: 'See the delivery',
    lastComplete: 'last covered completely',
    never: 'never covered completely',
  },
  merge: {
    title: 'The same as another',
    lead: 'Several records of one weakness become one. The cards of the others follow as duplicates; none is deleted.',
    isPart: (id: string) => `This is part of #${id} now: status, decisions and cards are that one’s.`,
    open: (id: string) => `Open #${id}`,
    others: 'Others of this asset that are the same',
    search: 'Search by words or ID',
    nothing: 'Nothing found in this asset.',
    reason: 'Reason',
    merge: 'Merge into this one',
    begin: 'Merge others into this one',
    part: 'Merged into it',
    splitOff: (id: string) => `Split off #${id}`,
    split: 'Split off',
    scopes: 'What these saw is another weakness',
    splitScopes: 'Split off what they saw',
    splitTitle: 'Split it off?',
    splitWhat: 'It becomes a vulnerability of its own again, with its own status and card.',
  },
};
