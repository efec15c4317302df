/** What may come back instead of what Prometheus answered. */

/** One way to answer wrongly. */
export type Misbehaviour =
  /** This status, with a body that is none of Prometheus'. */
  | { readonly kind: 'status'; readonly status: number; readonly headers?: Readonly<Record<string, string>> }
  /** The right answer, so much later. */
  | { readonly kind: 'slow'; readonly ms: number }
  /** 200 with a body of this type that is no JSON. */
  | { readonly kind: 'body'; readonly type: string; readonly body: string | Uint8Array }
  /** The right answer, with another value in every sample: `NaN`, `+Inf`, `-1`. */
  | { readonly kind: 'values'; readonly value: string }
  /** The right answer to another question: one that nothing fits. */
  | { readonly kind: 'empty' }
  /** The connection is closed without an answer. */
  | { readonly kind: 'hang up' };

export const GARBAGE: Misbehaviour = {
  kind: 'body',
  type: 'application/json',
  body: Uint8Array.from({ length: 2_000 }, (_, index) => (index * 151 + 7) % 256),
};
export const HTML: Misbehaviour = {
  kind: 'body',
  type: 'text/html',
  body: '<!doctype html><title>Sign in</title><form><input name="password"></form>',
};

interface QueryAnswer {
  readonly data?: { readonly resultType?: string; readonly result?: unknown };
}

/** The answer to a query, with this value in every sample. Answers that hold none stay. */
export function withValue(answer: QueryAnswer, value: string): unknown {
  const { data } = answer;
  if (data === undefined || !Array.isArray(data.result)) return answer;
  const sample = (pair: readonly unknown[]) => [pair[0], value];
  if (data.resultType === 'scalar') return { ...answer, data: { ...data, result: sample(data.result) } };
  const result = (data.result as { value?: unknown[]; values?: unknown[][] }[]).map((series) => ({
    ...series,
    ...(series.value && { value: sample(series.value) }),
    ...(series.values && { values: series.values.map(sample) }),
  }));
  return { ...answer, data: { ...data, result } };
}

/** The answer to a query that found nothing. */
export function withoutResult(answer: QueryAnswer): unknown {
  return answer.data === undefined ? answer : { ...answer, data: { ...answer.data, result: [] } };
}
