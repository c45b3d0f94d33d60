/**
 * All that the matching weighs, in nats (weight of evidence) unless a line says otherwise. None of it belongs to a scanner, a rule
 * or a language. The benchmark varies each and shows that nothing hangs on a value's last digit (`--leave-one-out`).
 */
export const weights = {
  /** Most that one thing may say, so that no single coincidence decides. */
  textMost: 6,
  messageMost: 5,
  columnMost: 3,
  widthMost: 3,
  lineMost: 6,
  /** A text of so many characters is no coincidence even where there are few others to compare it with. */
  longText: 40,

  /** Beside equal texts: the same or another column and message. */
  equalColumn: 0.5,
  otherColumn: -0.5,
  equalMessage: 0.2,
  otherMessage: -0.5,

  /** Without a text: another message, column or extent; what an equal extent counts for. */
  bareOtherMessage: -2,
  bareOtherColumn: -0.5,
  bareOtherWidth: -1.2,
  bareWidth: 1.2,

  /** A line that was edited stays at least this alike (a share), or it is another line. */
  likenessMin: 0.5,
  /** So alike (a share) says nothing for or against; by so much for each whole beyond. */
  likenessEven: 0.65,
  likenessSlope: 14,
  /** Share of lines that a scan finds edited. */
  edited: 0.05,
  otherLine: -6,
  editedEqualColumn: 0.3,
  editedOtherColumn: -0.2,
  editedMessageMost: 1,
  editedOtherMessage: -0.5,
  /** How fast strangers get rarer as they get more alike, and how many looks that experience is worth beside those taken here. */
  strangersFall: 6.5,
  strangersKnown: 12,
  /** So alike (a share), a vulnerability that was fixed is known again. */
  likenessAgain: 0.75,

  /** Of a line around: what its rarity counts for, the most, what a worded line loses that is missing, what a blank one is worth. */
  around: 0.4,
  aroundMost: 2,
  aroundMissed: 0.6,
  aroundBlank: 0.1,
  /** Share of it where it stands at another distance. */
  aroundDisplaced: 0.6,

  /** In one file: a pair before anything is known; what became of its line. */
  pair: 1.5,
  carried: 4,
  elsewhere: -4,
  sameHunk: 0.5,
  otherHunk: -1,
  /** Neighbours that move apart: at all, and for each doubling of the lines. */
  apart: 1.2,
  apartPerDoubling: 0.35,

  /** How unlikely a move is, and what makes it likelier. */
  movedInFile: 3,
  movedPerDoubling: 0.3,
  movedToOtherFile: 8,
  movedFromGoneFile: 1,
  movedToBornFile: 1,
  /** Other findings near it that made the same move. */
  company: 0.8,
  companyMost: 4,
  alikePath: 2,

  /** Share of the larger file’s findings that a renamed one has in common with it. */
  renamedCommon: 0.5,
  /** A tool’s fingerprint is believed where so many (a share) of a scan’s values are different, and where texts are so alike. */
  fingerprintUnique: 0.99,
  fingerprintLikeness: 0.5,
};

export type Weights = typeof weights;
