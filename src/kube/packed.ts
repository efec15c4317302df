/** How thousands of objects are kept in little memory: as text, and what they have in common once. No I/O. */
import type { KubeObject, ManagedFieldsEntry } from './resource.ts';

/** Texts that many objects have in common. */
export class SharedTexts {
  readonly #texts = new Map<string, string>();
  readonly #most: number;
  readonly #mostCharacters: number;
  #characters = 0;

  /**
   * When there are more of either, all are forgotten, and whoever has one keeps it. A text outlives the objects that had it.
   *
   * @param most so many texts are remembered
   * @param mostCharacters so many characters in all; a text of more than a hundredth of them is not shared: hardly two objects have it
   */
  constructor(most = 1_000, mostCharacters = 4_000_000) {
    this.#most = most;
    this.#mostCharacters = mostCharacters;
  }

  get size(): number {
    return this.#texts.size;
  }

  /** Of all that are remembered. */
  get characters(): number {
    return this.#characters;
  }

  /** The text as it was first seen, so that the second copy of it need not be kept. */
  share(text: string): string {
    if (text.length > this.#mostCharacters / 100) return text;
    const known = this.#texts.get(text);
    if (known !== undefined) return known;
    if (this.#texts.size >= this.#most || this.#characters + text.length > this.#mostCharacters) {
      this.#texts.clear();
      this.#characters = 0;
    }
    this.#texts.set(text, text);
    this.#characters += text.length;
    return text;
  }
}

/** Stands for the uid of the owner. No JSON text has this character: there it is escaped. */
const OWNER = '\0';

/**
 * An object as JSON text. Which fields a manager has set, the half of many objects, is in a text of its own: it is the same for all objects
 * of one shape, but for the uid of their owner, by which their owner reference is named there.
 */
export class PackedObject<T extends KubeObject> {
  readonly #text: string;
  /** Of each entry of managedFields its `fieldsV1`; undefined if there are no entries. */
  readonly #fields: string | undefined;

  constructor(object: T, texts: SharedTexts) {
    const { managedFields } = object.metadata;
    if (managedFields === undefined) {
      this.#text = JSON.stringify(object);
      return;
    }
    const entries = managedFields.map(({ fieldsV1, ...entry }) => entry);
    this.#text = JSON.stringify({ ...object, metadata: { ...object.metadata, managedFields: entries } });
    const fields = JSON.stringify(managedFields.map(({ fieldsV1 }) => fieldsV1 ?? null));
    const owner = ownerUid(object);
    this.#fields = texts.share(owner === undefined ? fields : fields.replaceAll(owner, OWNER));
  }

  /** A copy of the object. */
  unpack(): T {
    const object = JSON.parse(this.#text) as T; // Written above, and so are the fields.
    if (this.#fields === undefined) return object;
    const fields = JSON.parse(this.#fields.replaceAll(OWNER, () => ownerUid(object) ?? OWNER)) as unknown[];
    const managedFields = object.metadata.managedFields?.map((entry, index): ManagedFieldsEntry => {
      const fieldsV1 = fields[index];
      return fieldsV1 === null ? entry : { ...entry, fieldsV1 };
    });
    return { ...object, metadata: { ...object.metadata, ...(managedFields && { managedFields }) } };
  }
}

function ownerUid({ metadata }: KubeObject): string | undefined {
  const uid = metadata.ownerReferences?.[0]?.uid;
  return uid === '' ? undefined : uid;
}
