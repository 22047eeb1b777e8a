/** Files that people bring and take. */

interface VariableEntity {
  key: string;
  value: unknown;
  description?: string | null;
}

/** Variables of a file as `airflow variables export` writes it: {"key": value} or with more. */
export function readVariables(text: string): VariableEntity[] {
  let found: unknown;
  try {
    found = JSON.parse(text);
  } catch (error) {
    throw new Error(`This file is not JSON: ${(error as Error).message}`);
  }
  if (!found || typeof found !== "object" || Array.isArray(found)) {
    throw new Error('This file has no variables: it must be an object like {"key": "value"}.');
  }
  return Object.entries(found).map(([key, value]) =>
    isDescribed(value) ? { key, ...value } : { key, value },
  );
}

function isDescribed(value: unknown): value is { value: unknown; description?: string } {
  if (!value || typeof value !== "object" || Array.isArray(value) || !("value" in value)) {
    return false;
  }
  return Object.keys(value).every((name) => name === "value" || name === "description");
}

/** Let the browser keep a text as a file. */
export function saveFile(name: string, text: string, type: string): void {
  const address = URL.createObjectURL(new Blob([text], { type }));
  const link = document.createElement("a");
  link.href = address;
  link.download = name;
  link.click();
  URL.revokeObjectURL(address);
}
