/** What a server-side apply takes away: what its manager had applied before and has no longer. Pure. */
import { hasKey } from './difference.ts';
import { isLeaf, type OwnedNode } from './owned-fields.ts';
import { isRecord } from './watch-events.ts';

/** The value without what is in `before` and not in `now`. A map or list of which nothing is left goes with it. */
export function withoutRemoved(value: unknown, before: OwnedNode, now: OwnedNode | undefined): unknown {
  if (Array.isArray(value)) {
    const { items, members } = before;
    const left: unknown[] = value.flatMap((entry: unknown) => {
      if (members.has(JSON.stringify(entry))) return now?.members.has(JSON.stringify(entry)) === true ? [entry] : [];
      const item = items.find(({ key }) => hasKey(entry, key));
      if (item === undefined) return [entry];
      const kept = now?.items.find(({ key }) => hasKey(entry, key));
      return kept === undefined ? [] : [withoutRemoved(entry, item.node, kept.node)];
    });
    return left;
  }
  if (!isRecord(value)) return value;
  return Object.fromEntries(
    Object.entries(value).flatMap(([name, child]): [string, unknown][] => {
      const node = before.fields.get(name);
      if (node === undefined) return [[name, child]];
      const kept = now?.fields.get(name);
      if (isLeaf(node)) return kept === undefined ? [] : [[name, child]];
      if (kept !== undefined && isLeaf(kept)) return [[name, child]];
      const left = withoutRemoved(child, node, kept);
      return kept === undefined && isNothing(left) ? [] : [[name, left]];
    }),
  );
}

function isNothing(value: unknown): boolean {
  return typeof value === 'object' && value !== null && Object.keys(value).length === 0;
}
