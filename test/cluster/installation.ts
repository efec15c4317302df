/** The installation as users and GitOps tools bring it into a cluster, and what is there then. */

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseAllDocuments } from 'yaml';
import type { KubeObject } from '../../src/kube/resource.ts';
import type { Kubectl } from '../control-plane/kubectl.ts';

/** What ships now. */
export const INSTALL = join(import.meta.dirname, '../../dist/install.k8s.yaml');

/**
 * What shipped as of commit 238e2df: one syncer that was replaced by `Recreate`, without a Lease, Events and probes, and a CRD that knew less of
 * scaling. A new version that leaves out what this one had must take it away.
 */
export const PREVIOUS = join(import.meta.dirname, '../fixtures/install-238e2df.k8s.yaml');

/** An object of an installation, as far as tests read it. */
export type Installed = KubeObject & { readonly spec?: unknown; readonly status?: unknown };

/** A way to bring manifests into a cluster, and to ask what that would change. */
export interface Way {
  readonly name: string;
  readonly bring: (kubectl: Kubectl, file: string) => Promise<void>;
  readonly diff: readonly string[];
}

/** The flags with which Argo CD, Flux and people apply on the server's side, under their own names. */
export const serverSide = (manager: string) => ['--server-side', '--force-conflicts', `--field-manager=${manager}`];

const applied = (name: string, ...flags: readonly string[]): Way => ({
  name,
  bring: async (kubectl, file) => {
    await run(kubectl, 'apply', ...flags, '-f', file);
  },
  diff: flags,
});

export const CLIENT_SIDE = applied('kubectl apply');
export const ARGO_CD = applied("Argo CD's server-side apply", ...serverSide('argocd-controller'));
export const FLUX = applied("Flux's server-side apply", ...serverSide('kustomize-controller'));
/** What exists is replaced as a whole, and the rest created. */
export const REPLACE: Way = {
  name: "Argo CD's Replace",
  bring: async (kubectl, file) => {
    const there = new Set((await installed(kubectl, file)).map(nameOf));
    const all = manifestsIn(file);
    const existing = all.filter((manifest) => there.has(nameOf(manifest)));
    if (existing.length > 0) await runWith(existing, kubectl, 'replace');
    const others = all.filter((manifest) => !there.has(nameOf(manifest)));
    if (others.length > 0) await runWith(others, kubectl, 'create');
  },
  diff: [],
};

/** The manifests of a file. */
export function manifestsIn(file: string): Installed[] {
  return parseAllDocuments(readFileSync(file, 'utf8')).map((document) => document.toJS() as Installed);
}

/** The objects that a file names, as they are in the cluster; those that are not there are left out. */
export async function installed(kubectl: Kubectl, file = INSTALL): Promise<Installed[]> {
  const flags = ['--ignore-not-found', '--show-managed-fields', '-o', 'json'];
  const said = await run(kubectl, 'get', '-f', file, ...flags);
  if (said === '') return [];
  const answer = JSON.parse(said) as Installed | { readonly kind: 'List'; readonly items: Installed[] };
  return 'items' in answer ? answer.items : [answer]; // Of one object kubectl makes no list.
}

/** Objects without what each has of its own, wherever and however it was made. */
export function likeness(objects: readonly Installed[]): unknown[] {
  return objects.map(({ apiVersion, kind, metadata, spec, ...rest }) => {
    const { name, namespace, labels, annotations } = metadata;
    const { 'kubectl.kubernetes.io/last-applied-configuration': applied, ...others } = annotations ?? {};
    const { status, ...fields } = rest;
    return { apiVersion, kind, name, namespace, labels, annotations: others, spec, ...fields };
  });
}

/** Runs `kubectl delete` and waits until all of it is gone: a namespace takes its time. */
export async function remove(kubectl: Kubectl, ...args: readonly string[]): Promise<void> {
  const { code, stderr } = await kubectl(['delete', ...args, '--timeout=80s'], { timeoutMs: 90_000 });
  assert.equal(code, 0, stderr);
}

/** What moves with each write. */
export function versionsOf(objects: readonly Installed[]): string[] {
  return objects.map(
    (object) => `${nameOf(object)} ${object.metadata.uid ?? ''} ${object.metadata.resourceVersion ?? ''}`,
  );
}

/** Who holds fields of an object, besides the status. */
export function managersOf({ metadata }: KubeObject): string[] {
  return (metadata.managedFields ?? [])
    .filter(({ subresource }) => subresource === undefined)
    .map(({ manager = '', operation = '' }) => `${operation} ${manager}`)
    .sort();
}

/** What `kubectl diff` shows; empty when there is no difference. */
export async function difference(kubectl: Kubectl, flags: readonly string[], file = INSTALL): Promise<string> {
  const { code, stdout, stderr } = await kubectl(['diff', ...flags, '-f', file]);
  assert.ok(code <= 1, stderr); // 1 is a difference.
  assert.equal(code === 0, stdout === '');
  return stdout;
}

/** The one object of that kind and, where there are more, that name. */
export function find(objects: readonly Installed[], kind: string, name?: string): Installed {
  const [one, another] = objects.filter(
    (object) => object.kind === kind && (name ?? object.metadata.name) === object.metadata.name,
  );
  assert.ok(one !== undefined && another === undefined, `one ${kind} ${name ?? ''}`);
  return one;
}

/** Runs kubectl; fails the test when kubectl fails. */
export async function run(kubectl: Kubectl, ...args: readonly string[]): Promise<string> {
  const { code, stdout, stderr } = await kubectl(args);
  assert.equal(code, 0, `kubectl ${args.join(' ')}: ${stderr}`);
  return stdout;
}

async function runWith(objects: readonly Installed[], kubectl: Kubectl, ...args: readonly string[]): Promise<void> {
  const stdin = JSON.stringify({ apiVersion: 'v1', kind: 'List', items: objects });
  const { code, stderr } = await kubectl([...args, '-f', '-'], { stdin });
  assert.equal(code, 0, `kubectl ${args.join(' ')}: ${stderr}`);
}

const nameOf = ({ kind, metadata }: Installed): string => `${kind} ${metadata.name}`;
