/** The organization's fields. A type of a process has some of them. */

export interface FieldDefinition {
  readonly referenceName: string;
  readonly name: string;
  readonly type:
    | 'string'
    | 'integer'
    | 'double'
    | 'dateTime'
    | 'plainText'
    | 'html'
    | 'treePath'
    | 'history'
    | 'boolean'
    | 'identity';
  readonly readOnly: boolean;
  /** Left out of a work item unless everything is asked for. */
  readonly hidden: boolean;
}

type Flags = '' | 'readOnly' | 'hidden';

const rows: readonly (readonly [string, string, FieldDefinition['type'], Flags])[] = [
  ['System.Id', 'ID', 'integer', 'hidden'],
  ['System.AreaId', 'Area ID', 'integer', 'hidden'],
  ['System.AreaPath', 'Area Path', 'treePath', ''],
  ['System.TeamProject', 'Team Project', 'string', ''],
  ['System.NodeName', 'Node Name', 'string', 'hidden'],
  ['System.AreaLevel1', 'Area Level 1', 'string', 'hidden'],
  ['System.Rev', 'Rev', 'integer', 'hidden'],
  ['System.AuthorizedDate', 'Authorized Date', 'dateTime', 'hidden'],
  ['System.RevisedDate', 'Revised Date', 'dateTime', 'hidden'],
  ['System.IterationId', 'Iteration ID', 'integer', 'hidden'],
  ['System.IterationPath', 'Iteration Path', 'treePath', ''],
  ['System.IterationLevel1', 'Iteration Level 1', 'string', 'hidden'],
  ['System.WorkItemType', 'Work Item Type', 'string', ''],
  ['System.State', 'State', 'string', ''],
  ['System.Reason', 'Reason', 'string', ''],
  ['System.AssignedTo', 'Assigned To', 'identity', ''],
  ['System.CreatedDate', 'Created Date', 'dateTime', 'readOnly'],
  ['System.CreatedBy', 'Created By', 'identity', 'readOnly'],
  ['System.ChangedDate', 'Changed Date', 'dateTime', 'readOnly'],
  ['System.ChangedBy', 'Changed By', 'identity', 'readOnly'],
  ['System.AuthorizedAs', 'Authorized As', 'identity', 'hidden'],
  ['System.PersonId', 'Person ID', 'integer', 'hidden'],
  ['System.Watermark', 'Watermark', 'integer', 'hidden'],
  ['System.CommentCount', 'Comment Count', 'integer', 'readOnly'],
  ['System.IsDeleted', 'Is Deleted', 'boolean', 'hidden'],
  ['System.Title', 'Title', 'string', ''],
  ['System.BoardColumn', 'Board Column', 'string', 'readOnly'],
  ['System.BoardColumnDone', 'Board Column Done', 'boolean', 'readOnly'],
  ['System.BoardLane', 'Board Lane', 'string', 'readOnly'],
  ['System.Description', 'Description', 'html', ''],
  ['System.History', 'History', 'history', ''],
  ['System.Tags', 'Tags', 'plainText', ''],
  ['System.HyperLinkCount', 'Hyperlink Count', 'integer', 'hidden'],
  ['System.RelatedLinkCount', 'Related Link Count', 'integer', 'hidden'],
  ['Microsoft.VSTS.Common.StateChangeDate', 'State Change Date', 'dateTime', 'readOnly'],
  ['Microsoft.VSTS.Common.ActivatedDate', 'Activated Date', 'dateTime', 'readOnly'],
  ['Microsoft.VSTS.Common.ActivatedBy', 'Activated By', 'identity', 'readOnly'],
  ['Microsoft.VSTS.Common.ResolvedDate', 'Resolved Date', 'dateTime', 'readOnly'],
  ['Microsoft.VSTS.Common.ResolvedBy', 'Resolved By', 'identity', 'readOnly'],
  ['Microsoft.VSTS.Common.ResolvedReason', 'Resolved Reason', 'string', 'readOnly'],
  ['Microsoft.VSTS.Common.ClosedDate', 'Closed Date', 'dateTime', 'readOnly'],
  ['Microsoft.VSTS.Common.ClosedBy', 'Closed By', 'identity', 'readOnly'],
  ['Microsoft.VSTS.Common.Priority', 'Priority', 'integer', ''],
  ['Microsoft.VSTS.Common.Severity', 'Severity', 'string', ''],
  ['Microsoft.VSTS.Common.ValueArea', 'Value Area', 'string', ''],
  ['Microsoft.VSTS.Common.Risk', 'Risk', 'string', ''],
  ['Microsoft.VSTS.Common.StackRank', 'Stack Rank', 'double', ''],
  ['Microsoft.VSTS.Common.BacklogPriority', 'Backlog Priority', 'double', ''],
  ['Microsoft.VSTS.Common.Activity', 'Activity', 'string', ''],
  ['Microsoft.VSTS.Common.AcceptanceCriteria', 'Acceptance Criteria', 'html', ''],
  ['Microsoft.VSTS.Scheduling.StoryPoints', 'Story Points', 'double', ''],
  ['Microsoft.VSTS.Scheduling.Effort', 'Effort', 'double', ''],
  ['Microsoft.VSTS.Scheduling.RemainingWork', 'Remaining Work', 'double', ''],
  ['Microsoft.VSTS.Scheduling.DueDate', 'Due Date', 'dateTime', ''],
  ['Microsoft.VSTS.Scheduling.TargetDate', 'Target Date', 'dateTime', ''],
  ['Microsoft.VSTS.TCM.ReproSteps', 'Repro Steps', 'html', ''],
  ['Microsoft.VSTS.TCM.SystemInfo', 'System Info', 'html', ''],
  ['Microsoft.VSTS.Build.FoundIn', 'Found In', 'string', ''],
  ['Custom.ProductLine', 'Product Line', 'string', ''],
  ['Custom.Exposure', 'Exposure', 'string', ''],
];

export const stockFields: readonly FieldDefinition[] = rows.map(([referenceName, name, type, flags]) => ({
  ...{ referenceName, name, type },
  readOnly: flags !== '',
  hidden: flags === 'hidden',
}));

/** Every type has these, whatever its process. */
export const fieldsOfEveryType: readonly string[] = rows
  .map(([referenceName]) => referenceName)
  .filter(
    (name) =>
      name.startsWith('System.') ||
      ['StateChangeDate', 'Priority'].some((end) => name === `Microsoft.VSTS.Common.${end}`),
  );

/** Column, lane and split half of one team's board. */
export function boardFields(board: { readonly extension: string }): readonly FieldDefinition[] {
  const made = (end: string, name: string, type: FieldDefinition['type']): FieldDefinition => ({
    referenceName: `WEF_${board.extension}_Kanban.${end}`,
    ...{ name, type },
    readOnly: false,
    hidden: false,
  });
  return [
    made('Column', 'Board Column', 'string'),
    made('Column.Done', 'Board Column Done', 'boolean'),
    made('Lane', 'Board Lane', 'string'),
  ];
}
