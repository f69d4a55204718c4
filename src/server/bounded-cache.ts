/**
 * A cache that can't grow past its limit: the least recently used entry goes first. Anything cached under a key
 * that visitors choose is in one of these.
 */
export type BoundedCache<Key, Value> = {
  get(key: Key): Value | undefined;
  /** A value heavier than the whole cache isn't kept. */
  set(key: Key, value: Value): void;
  /** What is kept under the key; made and kept if there is nothing. */
  remember(key: Key, make: () => Value): Value;
  /** The weight of all that is kept. */
  weight(): number;
};

/**
 * @param most the weight of all values together that is never exceeded
 * @param weigh a value's weight, which doesn't change while it is kept; without it each weighs 1, so that
 *   `most` is their number
 */
export function createBoundedCache<Key, Value>(
  most: number,
  weigh: (value: Value, key: Key) => number = () => 1,
): BoundedCache<Key, Value> {
  // A Map keeps insertion order: the first key is the least recently used.
  const kept = new Map<Key, { value: Value; weight: number }>();
  let total = 0;

  function drop(key: Key): void {
    total -= kept.get(key)?.weight ?? 0;
    kept.delete(key);
  }

  function get(key: Key): Value | undefined {
    const found = kept.get(key);
    if (!found) return undefined;
    kept.delete(key);
    kept.set(key, found);
    return found.value;
  }

  function set(key: Key, value: Value): void {
    drop(key);
    const weight = weigh(value, key);
    if (weight > most) return;
    for (const [oldest] of kept) {
      if (total + weight <= most) break;
      drop(oldest);
    }
    kept.set(key, { value, weight });
    total += weight;
  }

  return {
    get,
    set,
    remember(key, make) {
      const known = get(key);
      if (known !== undefined) return known;
      const made = make();
      set(key, made);
      return made;
    },
    weight: () => total,
  };
}
