// JSON Schema (2020-12), as far as a form needs it: type hints make no more than this.

const DEEPEST = 4;

/** Resolve `$ref` and "this or null": `{...schema, nullable}`. */
export function resolve(schema, root) {
  let found = schema ?? {};
  let nullable = false;
  for (let turn = 0; turn < 8; turn++) {
    const choices = (found.anyOf ?? found.oneOf)?.filter((choice) => choice.type !== "null");
    if (found.$ref?.startsWith("#/")) found = { ...target(root, found.$ref), ...without(found, "$ref") };
    else if (choices?.length === 1) {
      nullable ||= choices.length < (found.anyOf ?? found.oneOf).length;
      found = { ...choices[0], ...without(found, "anyOf", "oneOf") };
    } else if (found.allOf?.length === 1) found = { ...found.allOf[0], ...without(found, "allOf") };
    else break;
  }
  if (Array.isArray(found.type)) {
    const types = found.type.filter((type) => type !== "null");
    nullable ||= types.length < found.type.length;
    found = { ...found, type: types.length === 1 ? types[0] : undefined };
  }
  return { ...found, nullable: nullable || found.type === "null" };
}

function target(root, pointer) {
  const names = pointer.slice(2).split("/").map((name) => name.replaceAll("~1", "/").replaceAll("~0", "~"));
  return names.reduce((place, name) => place?.[name], root) ?? {};
}

const without = (object, ...names) =>
  Object.fromEntries(Object.entries(object).filter(([name]) => !names.includes(name)));

/** The kind of control for a resolved schema: choice, text, number, check, object, none, or json for the rest. */
export function kindOf(schema, depth = 0) {
  if (schema.enum?.every((value) => typeof value === "string")) return "choice";
  if (schema.type === "null") return "none";
  if (schema.type === "string") return "text";
  if (schema.type === "integer" || schema.type === "number") return "number";
  if (schema.type === "boolean") return "check";
  const named = schema.properties && Object.keys(schema.properties).length > 0;
  return schema.type === "object" && named && depth < DEEPEST ? "object" : "json";
}

/** Whether a form is of more use than raw JSON. */
export const hasForm = (schema) => schema !== null && kindOf(resolve(schema, schema)) !== "json";

/** Whether a form can show a value: it has the shape that the schema says. */
export function fits(value, schema, root = schema) {
  if (value === undefined) return true;
  const found = resolve(schema, root);
  if (value === null) return found.nullable;
  switch (kindOf(found)) {
    case "choice":
      return found.enum.includes(value);
    case "text":
      return typeof value === "string";
    case "number":
      return typeof value === "number";
    case "check":
      return typeof value === "boolean";
    case "none":
      return false; // and null is nullable
    case "object":
      return (
        typeof value === "object" &&
        !Array.isArray(value) &&
        Object.entries(value).every(([name, part]) => name in found.properties && fits(part, found.properties[name], root))
      );
    default:
      return true;
  }
}

/** What a form starts with: the schema's defaults, and undefined for what is to be filled in. */
export function initial(schema, root = schema, required = true) {
  const found = resolve(schema, root);
  if (found.default !== undefined) return found.default;
  if (kindOf(found) !== "object" || found.nullable || !required) return undefined;
  const parts = Object.entries(found.properties).map(([name, part]) => [
    name,
    initial(part, root, found.required?.includes(name) ?? false),
  ]);
  return Object.fromEntries(parts.filter(([, value]) => value !== undefined));
}
