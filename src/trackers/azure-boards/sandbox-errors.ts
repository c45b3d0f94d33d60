import type { FieldDefinition } from './sandbox-fields.ts';

/** The service's refusals: one envelope, told apart by `typeKey` and the code at the start of the message. */
export class ApiError extends Error {
  readonly status: number;
  readonly typeKey: string;
  readonly more: Readonly<Record<string, unknown>>;
  readonly eventId: number;

  constructor(
    status: number,
    typeKey: string,
    message: string,
    more: { readonly properties?: Readonly<Record<string, unknown>>; readonly eventId?: number } = {},
  ) {
    super(message);
    this.status = status;
    this.typeKey = typeKey;
    this.more = more.properties ?? {};
    this.eventId = more.eventId ?? 3000;
  }
}

const spaces: Readonly<Record<string, string>> = {
  WorkItemUnauthorizedAccessException: 'Microsoft.TeamFoundation.WorkItemTracking.Server',
  RuleValidationException: 'Microsoft.TeamFoundation.WorkItemTracking.Server',
  UnauthorizedRequestException: 'Microsoft.TeamFoundation.Framework.Server',
  RelationAlreadyExistsException: 'Microsoft.Azure.Boards.WebApi.Common',
  ProjectDoesNotExistWithNameException: 'Microsoft.TeamFoundation.Core.WebApi',
};

/** As JSON, with the oddities: `$id`, and the exception's own properties where it has some. */
export function envelope(error: ApiError): Readonly<Record<string, unknown>> {
  const space = spaces[error.typeKey] ?? 'Microsoft.TeamFoundation.WorkItemTracking.Server';
  return {
    $id: '1',
    ...(Object.keys(error.more).length === 0 ? {} : { customProperties: error.more }),
    innerException: null,
    message: error.message,
    typeName: `${space}.${error.typeKey}, ${space}`,
    typeKey: error.typeKey,
    errorCode: 0,
    eventId: error.eventId,
  };
}

/** Deleted, or not for us: nobody can tell which. */
export function noSuchItem(id: number): ApiError {
  return new ApiError(
    404,
    'WorkItemUnauthorizedAccessException',
    `TF401232: Work item ${id} does not exist, or you do not have permissions to read it.`,
    { eventId: 3200 },
  );
}

export function noSuchProject(name: string): ApiError {
  return new ApiError(
    404,
    'ProjectDoesNotExistWithNameException',
    `TF200016: The following project does not exist: ${name}. Verify that the name of the project is correct and that the project exists on the specified Azure DevOps Server.`,
  );
}

export function noSuchField(name: string): ApiError {
  return new ApiError(
    400,
    'WorkItemTrackingFieldDefinitionNotFoundException',
    `TF51535: Cannot find field ${name}.`,
  );
}

export function badRequest(message: string, typeKey = 'VssPropertyValidationException'): ApiError {
  return new ApiError(400, typeKey, message);
}

export type RuleFlag =
  | 'required'
  | 'hasValues'
  | 'limitedToValues'
  | 'setByRule'
  | 'invalidListValue'
  | 'invalidEmpty'
  | 'invalidTooLong';

export interface BrokenRule {
  readonly field: FieldDefinition;
  readonly flags: readonly RuleFlag[];
}

export const emptyRule: readonly RuleFlag[] = ['required', 'invalidEmpty'];
export const listRule: readonly RuleFlag[] = ['hasValues', 'limitedToValues', 'invalidListValue'];

/** All broken rules of one write; the message names the first. */
export function rulesBroken(broken: readonly BrokenRule[]): ApiError {
  const words = ({ field, flags }: BrokenRule) =>
    `TF401320: Rule Error for field ${field.name}. Error code: ${flags.map((flag) => flag[0]?.toUpperCase() + flag.slice(1)).join(', ')}.`;
  const [first] = broken;
  const errors = broken.map((rule) => ({
    fieldReferenceName: rule.field.referenceName,
    fieldStatusFlags: rule.flags.join(', '),
    errorMessage: words(rule),
    fieldStatusCode: 0,
    ruleValidationErrors: null,
  }));
  return new ApiError(400, 'RuleValidationException', first === undefined ? 'TF401320' : words(first), {
    eventId: 0,
    properties: {
      ErrorMessage: null,
      FieldStatusFlags: first?.flags.join(', '),
      FieldReferenceName: first?.field.referenceName,
      RuleValidationErrors: errors,
    },
  });
}
