/** What no manifest can hold although Kubernetes would take it: cdk8s stumbles over two keys. */

import { within, type FieldError } from '../api/check.ts';
import { isObject } from '../api/defaults.ts';

/** To cdk8s, an object with the first is no plain one, and the second is lost. */
const UNRENDERABLE = ['constructor', '__proto__'];

/** The keys in the value that cdk8s would stumble over. Better said here than lost, or found only when the app is synthesized. */
export function unrenderableKeys(value: unknown, path: string): FieldError[] {
  if (Array.isArray(value)) return value.flatMap((item, index) => unrenderableKeys(item, `${path}[${index}]`));
  if (!isObject(value)) return [];
  return Object.entries(value).flatMap(([key, child]) =>
    UNRENDERABLE.includes(key)
      ? [{ path: within(path, key), message: `cannot be rendered: cdk8s takes no key called ${key}` }]
      : unrenderableKeys(child, within(path, key)),
  );
}
