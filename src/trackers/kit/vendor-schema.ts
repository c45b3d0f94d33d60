import type { ErrorObject, ValidateFunction } from 'ajv';
import { Ajv2020 } from 'ajv/dist/2020.js';
import addFormats from 'ajv-formats';

/** Judges values by the schemas of a vendor's document. For tests. */
export interface SchemaJudge {
  /** One sentence for each thing that is wrong; empty: nothing is. A schema is compiled once for its key. */
  errorsOf(key: string, schema: () => Readonly<Record<string, unknown>>, value: unknown): readonly string[];
}

/** `formats`: names that the document uses and no standard has; any value fits them. */
export function makeSchemaJudge(formats: readonly string[]): SchemaJudge {
  const ajv = new Ajv2020({ allErrors: true, strict: false });
  addFormats.default(ajv);
  formats.forEach((format) => ajv.addFormat(format, true));
  const compiled = new Map<string, ValidateFunction>();
  return {
    errorsOf: (key, schema, value) => {
      const validate = compiled.get(key) ?? ajv.compile(schema());
      compiled.set(key, validate);
      return validate(value) ? [] : (validate.errors ?? []).map((error) => sentenceOf(key, error));
    },
  };
}

function sentenceOf(key: string, { instancePath, message, params }: ErrorObject): string {
  return `${key}${instancePath}: ${message} ${JSON.stringify(params)}`;
}
