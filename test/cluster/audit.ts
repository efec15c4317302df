/** What the API server's audit log says about requests: who asked for what, and which answer there was. */

import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseAllDocuments } from 'yaml';
import { useControlPlane } from '../control-plane/shared-control-plane.ts';

/** One answered request. */
export interface AuditedRequest {
  /** The file that tells of it; every API server has its own. */
  readonly log: string;
  /** When it came, in milliseconds since 1970. */
  readonly atMs: number;
  readonly verb: string;
  readonly userAgent: string;
  /** Such as `deployments` or `elasticwebs/status`. */
  readonly resource: string;
  readonly namespace: string | undefined;
  readonly name: string | undefined;
  readonly code: number;
  /** Whether the rights of the user do not allow it. An admission rule that refuses it is another matter. */
  readonly isForbidden: boolean;
}

/** The user whose requests are looked at: every syncer of a test run is this ServiceAccount. */
export const SYNCER_USER = 'system:serviceaccount:elasticweb-system:elasticweb-syncer';

const READS = new Set(['get', 'list', 'watch']);

/** The role of the syncers, and the one for their Lease. */
const ROLES = ['elasticweb-syncer', 'elasticweb-syncer-lease'];
/** What the syncers may ask for, such as `patch elasticwebs/status`: the rights that dist/ gives them. */
const RIGHTS = grantedBy(join(import.meta.dirname, '../../dist/install.k8s.yaml'));

/** What is told to people, and who leads, is counted apart from what is done to ElasticWebs. */
const APART = new Set(['events', 'leases']);

/** Fails unless every request was one that the rights of the syncers allow, and was not forbidden. */
export function assertWithinRights(requests: readonly AuditedRequest[]): void {
  for (const request of requests) {
    const told = JSON.stringify(request);
    // One test takes the right to the Lease away, to see what happens.
    assert.ok(!request.isForbidden || request.resource === 'leases', `forbidden: ${told}`);
    assert.ok(RIGHTS.has(rightOf(request)), `not in the rights: ${told}`);
  }
}

/** Fails when the syncers have a right that none of these requests needed. A right that is not used is one too many. */
export function assertRightsNeeded(requests: readonly AuditedRequest[]): void {
  const used = new Set(
    requests.flatMap((request) => [rightOf(request), ...(made(request) ? [`create ${request.resource}`] : [])]),
  );
  assert.deepEqual([...RIGHTS].filter((right) => !used.has(right)).sort(), [], 'granted, and never used');
}

/** An apply of what did not exist: the API server asks for the right to create it, too. */
const made = ({ verb, code }: AuditedRequest) => verb === 'patch' && code === 201;

const rightOf = ({ verb, resource }: AuditedRequest) => `${verb} ${resource}`;

function grantedBy(file: string): ReadonlySet<string> {
  interface Role {
    readonly metadata: { readonly name: string };
    readonly rules?: readonly { readonly resources: readonly string[]; readonly verbs: readonly string[] }[];
  }
  const roles = parseAllDocuments(readFileSync(file, 'utf8')).map((document) => document.toJS() as Role);
  const rules = roles.filter(({ metadata }) => ROLES.includes(metadata.name)).flatMap((role) => role.rules ?? []);
  const rights = rules.flatMap(({ resources, verbs }) =>
    resources.flatMap((resource) => verbs.map((verb) => `${verb} ${resource}`)),
  );
  return new Set(rights);
}

/** All requests of the syncers so far, but not those of tests in their name. The log is written a moment after the answer was sent. */
export function syncerRequests(directory?: string): AuditedRequest[] {
  return requestsOf(SYNCER_USER, directory);
}

/** All requests so far of the syncers that are this user. */
export function requestsOf(user: string, directory: string = useControlPlane().directory): AuditedRequest[] {
  const logs = readdirSync(directory).filter((file) => /^audit(-\d+)?\.log$/.test(file));
  assert.ok(logs.length > 0, `the API server writes no audit log to ${directory}`);
  return logs
    .flatMap((log) => {
      const lines = readFileSync(join(directory, log), 'utf8').split('\n');
      return lines.filter((line) => line.includes(`"username":"${user}"`)).flatMap((line) => parse(log, line));
    })
    .filter(({ userAgent }) => userAgent.startsWith('elasticweb-syncer/'));
}

/** The successful writes of the syncers to ElasticWebs and children in one namespace, as `patch deployments web`. */
export function syncerWrites(namespace: string): string[] {
  return syncerRequests()
    .filter(({ code, verb, resource, ...request }) => {
      const isWrite = code < 300 && !READS.has(verb) && !APART.has(resource);
      return isWrite && request.namespace === namespace;
    })
    .map(({ verb, resource, name }) => `${verb} ${resource} ${name ?? ''}`);
}

interface AuditEvent {
  readonly requestReceivedTimestamp: string;
  readonly verb: string;
  readonly userAgent?: string;
  readonly objectRef?: { resource?: string; subresource?: string; namespace?: string; name?: string };
  readonly responseStatus?: { code?: number };
  readonly annotations?: Readonly<Record<string, string>>;
}

function parse(log: string, line: string): AuditedRequest[] {
  let event: AuditEvent;
  try {
    event = JSON.parse(line) as AuditEvent;
  } catch {
    return []; // the last line, half written
  }
  const { resource = '', subresource, namespace, name } = event.objectRef ?? {};
  return [
    {
      log,
      atMs: Date.parse(event.requestReceivedTimestamp),
      verb: event.verb,
      userAgent: event.userAgent ?? '',
      resource: subresource === undefined ? resource : `${resource}/${subresource}`,
      namespace,
      name,
      code: event.responseStatus?.code ?? 0,
      isForbidden: event.annotations?.['authorization.k8s.io/decision'] === 'forbid',
    },
  ];
}
