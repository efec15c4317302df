/** Two states of an object compared field by field. */

/** The value of every leaf by its path: `spec.ports[0].port`. Empty objects and lists are leaves, told as `{}` and `[]`. */
export function flatten(value: unknown, path = ''): ReadonlyMap<string, unknown> {
  if (typeof value !== 'object' || value === null) return new Map([[path, value]]);
  if (Object.keys(value).length === 0) return new Map([[path, JSON.stringify(value)]]);
  const step = (name: string) => (Array.isArray(value) ? `[${name}]` : path === '' ? name : `.${name}`);
  return new Map(Object.entries(value).flatMap(([name, child]) => [...flatten(child, path + step(name))]));
}

/** Every path whose value differs, with the value afterwards; undefined where it is gone. */
export function changes(before: unknown, after: unknown): Record<string, unknown> {
  const [was, is] = [flatten(before), flatten(after)];
  const paths = [...new Set([...was.keys(), ...is.keys()])].sort();
  return Object.fromEntries(paths.filter((path) => was.get(path) !== is.get(path)).map((path) => [path, is.get(path)]));
}
