/** What an HTTP status other than 200 says: whether it is about us, about the query, or about the server. */

import { type Failure, failure } from './failure.ts';

/** The failure that a status stands for, without a word of what came with it. */
export function refusal(server: string, status: number, retryAfter: string | string[] | undefined): Failure {
  const answered = `${server} answered ${status}`;
  switch (status) {
    case 401:
    case 403:
      return failure('SourceRefused', `${answered}: it does not accept the credentials`, { kind: 'refused' });
    case 404:
      return failure('SourceFailed', `${answered}: is there a path missing in, or too much of one, in its URL?`);
    case 400:
    case 422:
      // Such as more samples than it is set to read at once.
      return failure('SourceFailed', `${answered}: it cannot run this query`, { kind: 'anyway' });
    case 429:
    case 503: {
      const afterMs = retryAfterMs(retryAfter);
      const isAsked = status === 429 || afterMs !== undefined;
      return failure(
        'SourceFailed',
        `${answered}: it has too much to do`,
        isAsked ? { kind: 'asked', afterMs } : { kind: 'later' },
      );
    }
    default:
      if (status >= 300 && status < 400) {
        return failure('SourceFailed', `${answered}: redirects are not followed, give the URL that it leads to`);
      }
      return failure('SourceFailed', answered);
  }
}

/** `Retry-After` in milliseconds; only the form in seconds. */
function retryAfterMs(header: string | string[] | undefined): number | undefined {
  const text = Array.isArray(header) ? header[0] : header;
  return text !== undefined && /^\d{1,9}$/.test(text) ? Number(text) * 1000 : undefined;
}
