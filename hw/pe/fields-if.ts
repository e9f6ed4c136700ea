/**
 * The fields of ports and bundles that only some PEs have. They keep their types, so that the code of those PEs reads as if the
 * fields were always there: it must be reached only where they are.
 */
export function fieldsIf<T extends object>(condition: boolean, fields: T): T {
  return condition ? fields : ({} as T);
}
