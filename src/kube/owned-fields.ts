/**
 * Which fields of an object one manager owns: the FieldsV1 notation of `metadata.managedFields` as a tree.
 *
 * In that notation a key is `f:NAME` for a field, `k:{JSON}` for a list item with these key fields, `v:JSON` for a value in a
 * list that is a set, `i:N` for an index, and `.` for the node itself. A node without children is owned whole: a plain
 * value, a list or map that is atomic, or one that was empty when it was applied.
 * https://kubernetes.io/docs/reference/using-api/server-side-apply/#field-management
 */
import type { KubeObject, ManagedFieldsEntry } from './resource.ts';

/** A node of the tree. With no children at all it is a leaf: owned whole. */
export interface OwnedNode {
  readonly fields: Map<string, OwnedNode>;
  readonly items: OwnedItem[];
  /** Members of a set, as JSON. */
  readonly members: Set<string>;
}

/** A list item, found by the values of its key fields. */
export interface OwnedItem {
  readonly key: Readonly<Record<string, unknown>>;
  readonly node: OwnedNode;
}

/** What this manager owns through server-side apply of the object itself; undefined if it never applied it. */
export function ownedFields(object: KubeObject, fieldManager: string): OwnedNode | undefined {
  const entries = (object.metadata.managedFields ?? []).filter((entry) => isApplyOf(entry, fieldManager));
  if (entries.length === 0) return undefined;
  const root = emptyNode();
  // More than one only if it was applied in several API versions.
  for (const entry of entries) read(entry.fieldsV1, root);
  return root;
}

/** Who owns the field at this path of plain fields, such as `['spec', 'replicas']`, in whichever way they wrote it. */
export function ownersOf({ metadata }: KubeObject, path: readonly string[]): ManagedFieldsEntry[] {
  return (metadata.managedFields ?? []).filter((entry) => {
    let fields: unknown = entry.fieldsV1;
    for (const name of path) fields = (fields as Readonly<Record<string, unknown>> | undefined)?.[`f:${name}`];
    return fields !== undefined;
  });
}

/** Whether this manager has ever applied the object itself. */
export function hasApplied({ metadata }: KubeObject, fieldManager: string): boolean {
  return (metadata.managedFields ?? []).some((entry) => isApplyOf(entry, fieldManager));
}

/** Whether the entry tells what this manager applied. Updates and subresources have entries of their own. */
export function isApplyOf(entry: ManagedFieldsEntry, fieldManager: string): boolean {
  return entry.manager === fieldManager && entry.operation === 'Apply' && (entry.subresource ?? '') === '';
}

export function isLeaf(node: OwnedNode): boolean {
  return node.fields.size === 0 && node.items.length === 0 && node.members.size === 0;
}

function emptyNode(): OwnedNode {
  return { fields: new Map(), items: [], members: new Set() };
}

function read(notation: unknown, into: OwnedNode): void {
  if (typeof notation !== 'object' || notation === null) return;
  for (const [step, children] of Object.entries(notation)) {
    const name = step.slice(2);
    switch (step.slice(0, 2)) {
      case 'f:': {
        const node = into.fields.get(name) ?? emptyNode();
        into.fields.set(name, node);
        read(children, node);
        break;
      }
      case 'k:': {
        const item = { key: JSON.parse(name) as Record<string, unknown>, node: emptyNode() };
        into.items.push(item);
        read(children, item.node);
        break;
      }
      case 'v:':
        into.members.add(JSON.stringify(JSON.parse(name)));
        break;
      default: // `.` says what the path says; nothing that we apply has lists owned by index
    }
  }
}
