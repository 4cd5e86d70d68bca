/** Takes a planted change back. */
export type Undo = () => void;

/** Puts another function into the place of an object's own, made of it; answers how to undo it. */
export function replace<Owner extends object, Name extends keyof Owner>(
  owner: Owner,
  name: Name,
  wrap: (genuine: Owner[Name]) => Owner[Name],
): Undo {
  const genuine = owner[name];
  owner[name] = wrap(genuine);
  return () => {
    owner[name] = genuine;
  };
}
