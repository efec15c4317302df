/** Every setting there is, as a page: the fields of an ElasticWeb from the schema, the flags of the syncer from its command, the props of the installation from their types. */

import type { Option } from 'commander';
import { format } from 'prettier';
import type { Schema } from '../../src/api/schema.ts';
import { resourceSchema } from '../../src/api/resource.ts';
import type { Io } from '../../src/cli/io.ts';
import { syncerCommand } from '../../src/cli/syncer.ts';
import { propRows } from './props.ts';

/** Fields that are Kubernetes' own: their parts are told by `kubectl explain`, and are no news to anybody. */
const KUBERNETES_OWN = new Set([
  ...['resources', 'env', 'envFrom', 'readinessProbe', 'livenessProbe', 'startupProbe', 'affinity', 'tolerations'],
  ...['topologySpreadConstraints', 'imagePullSecrets', 'conditions'],
]);

/** The text of docs/settings.md. */
export async function settingsPage(): Promise<string> {
  const { spec, status } = resourceSchema.properties ?? {};
  if (spec === undefined || status === undefined) throw new Error('the schema has no spec or no status');
  // The command is only looked at: it reads and writes nothing.
  const { options } = syncerCommand({} as Io);
  const text = `# Every setting

This page is generated: the fields come from the schema that is also the CRD, the flags from the command, the props from the types.
\`kubectl explain ew.spec.FIELD\`, \`elasticweb syncer --help\` and your editor say the same. What scaling makes of its settings is in [Scaling](scaling.md).

## spec

Where Kubernetes has a field of that name, shape and meaning are Kubernetes' own.

${table(['field', 'type', 'default', 'meaning'], fieldRows(spec, ''))}

## status

Written by the syncer alone. \`conditions\` are explained in [Troubleshooting](troubleshooting.md#what-the-conditions-say).

${table(['field', 'type', 'meaning'], withoutDefault(fieldRows(status, '')))}

## Flags of the syncer

Each is also an environment variable; the flag wins. Repeatable flags are comma-separated in the environment.

${table(['flag', 'environment', 'default', 'meaning'], options.map(flagRow))}

## Props of ElasticWebInstall

All are optional. How it is used: [cdk8s](cdk8s.md#the-installation).

${table(['prop', 'type', 'default', 'meaning'], propRows('src/construct/install.ts', 'ElasticWebInstallProps'))}
`;
  return format(text, { parser: 'markdown', printWidth: 120, proseWrap: 'preserve' });
}

type Row = readonly string[];

function table(header: Row, rows: readonly Row[]): string {
  const line = (cells: Row) => `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`;
  return [line(header), line(header.map(() => '---')), ...rows.map(line)].join('\n');
}

/** A row for each field, its parts right after it. */
function fieldRows({ properties = {}, required = [] }: Schema, prefix: string): Row[] {
  return Object.entries(properties).flatMap(([name, field]) => {
    const path = `${prefix}${name}`;
    const standard = required.includes(name) ? 'required' : shownDefault(field.default);
    const row = [`\`${path}\``, typeOf(field), standard, field.description ?? ''];
    if (KUBERNETES_OWN.has(name)) return [row];
    return [row, ...fieldRows(field, `${path}.`), ...(field.items ? fieldRows(field.items, `${path}[].`) : [])];
  });
}

/** An object as default only makes place for the defaults of its fields. */
function shownDefault(value: unknown): string {
  return value === undefined || typeof value === 'object' ? '' : `\`${JSON.stringify(value).replaceAll('"', '')}\``;
}

function typeOf(schema: Schema): string {
  if (schema.enum) return schema.enum.map((word) => `\`${word}\``).join(', ');
  if (schema['x-kubernetes-int-or-string']) return 'integer or string';
  if (schema.items) return 'list';
  if (schema.additionalProperties) return 'map';
  const { type = '', minimum, maximum } = schema;
  const isBounded = minimum !== undefined && maximum !== undefined && maximum < 2 ** 31 - 1;
  return isBounded ? `${type} ${minimum}-${maximum}` : minimum === undefined ? type : `${type} >= ${minimum}`;
}

function withoutDefault(rows: readonly Row[]): Row[] {
  return rows.map(([path = '', type = '', , meaning = '']) => [path, type, meaning]);
}

function flagRow({ flags, envVar = '', description, argChoices, defaultValue, defaultValueDescription }: Option): Row {
  // A default that depends on others stands in the description.
  const [, meaning = description, told = ''] = /^(.*?) \(default: (.*)\)$/.exec(description) ?? [];
  const standard: unknown = defaultValueDescription ?? defaultValue;
  const shown = standard === undefined ? told : shownDefault(standard);
  const choices = argChoices === undefined ? '' : `: ${argChoices.map((choice) => `\`${choice}\``).join(', ')}`;
  return [`\`${flags}\``, `\`${envVar}\``, shown, `${meaning}${choices}`];
}
