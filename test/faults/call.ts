/** Which call a request to the API server is: by a name that is the same in every run. */

export type Verb = 'GET' | 'LIST' | 'WATCH' | 'POST' | 'PUT' | 'PATCH' | 'APPLY' | 'DELETE';

/** What a request asks for. */
export interface Asked {
  readonly verb: Verb;
  /** Such as `deployments` or `elasticwebs/status`. */
  readonly resource: string;
  readonly namespace: string | undefined;
  readonly name: string | undefined;
}

/** One call of a client. */
export interface Call extends Asked {
  /** `APPLY deployments shop/web`, `PATCH elasticwebs/status shop/web`, `WATCH services shop`, `POST events shop`. */
  readonly signature: string;
  /** 1 for the first call of this signature, 2 for the next. */
  readonly occurrence: number;
}

const WRITES: ReadonlySet<Verb> = new Set(['POST', 'PUT', 'PATCH', 'APPLY', 'DELETE']);

/** Resources that are written as often as time has it. What happens to such a call, or whether there is one, changes nothing else. */
const BESIDE_THE_STORY: ReadonlySet<string> = new Set(['events', 'leases']);

/** `/api/v1/...` or `/apis/GROUP/VERSION/...`, then perhaps a namespace, the resource, its name, its subresource. */
const PATH = /^\/(?:api|apis\/[^/]+)\/[^/]+(?:\/namespaces\/([^/]+))?\/([^/]+)(?:\/([^/]+))?(?:\/([^/]+))?$/;

/** Reads what a request asks for. What is no resource of the API is a GET of its path. */
export function readRequest(method: string, url: string, contentType = ''): Asked {
  const { pathname, searchParams } = new URL(url, 'https://api-server');
  const [, namespace, resource = pathname, name, subresource] = PATH.exec(pathname) ?? [];
  const verb = verbOf(method, contentType, name !== undefined, searchParams.get('watch') === 'true');
  return {
    verb,
    resource: subresource === undefined ? resource : `${resource}/${subresource}`,
    namespace,
    name,
  };
}

/** The name of a call. Names of Events are random, and left out. */
export function signatureOf({ verb, resource, namespace, name }: Asked): string {
  const known = [namespace, resource === 'events' ? undefined : name].filter((part) => part !== undefined);
  return [verb, resource, ...(known.length === 0 ? [] : [known.join('/')])].join(' ');
}

export function isWrite({ verb }: Asked): boolean {
  return WRITES.has(verb);
}

/** Whether it is an Event or a Lease: counted apart. */
export function isBesideTheStory({ resource }: Asked): boolean {
  return BESIDE_THE_STORY.has(resource);
}

function verbOf(method: string, contentType: string, isNamed: boolean, isWatch: boolean): Verb {
  if (isWatch) return 'WATCH';
  if (method === 'GET') return isNamed ? 'GET' : 'LIST';
  if (method === 'PATCH' && contentType.startsWith('application/apply-patch')) return 'APPLY';
  return method as Verb; // The API server knows no others.
}
