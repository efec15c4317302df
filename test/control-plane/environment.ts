/** How a test changes its environment and leaves it as it was. */

/** Sets variables, or removes those given as undefined, until it is disposed of. */
export function changeEnvironment(variables: Readonly<Record<string, string | undefined>>): Disposable {
  const before = Object.fromEntries(Object.keys(variables).map((name) => [name, process.env[name]]));
  set(variables);
  return { [Symbol.dispose]: () => set(before) };
}

function set(variables: Readonly<Record<string, string | undefined>>): void {
  for (const [name, value] of Object.entries(variables)) {
    if (value === undefined) Reflect.deleteProperty(process.env, name);
    else process.env[name] = value;
  }
}
