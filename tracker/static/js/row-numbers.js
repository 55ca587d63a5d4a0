// Row numbers as people type them from a signed sheet: "7", "8 9", "12-15", and "-8" for a mistake. The server reads
// them alike, but for the minus.

const PART = /^(-?)(\d{1,5})(?:-(\d{1,5}))?$/;

/**
 * Read what was typed.
 * @param {string} text what stands in the field
 * @param {number} last the highest row of the sheet
 * @returns {{marked: number[], unmarked: number[], problem: string}} rows to mark and to unmark; a problem means neither
 */
export function readNumbers(text, last) {
  const found = { marked: [], unmarked: [], problem: "" };
  const tightened = text.replace(/(\d)\s*[-–]\s*(?=\d)/g, "$1-");
  for (const part of tightened.split(/[\s,;]+/).filter(Boolean)) {
    const read = PART.exec(part);
    if (!read) return failed(`“${part}” is no row.`);
    const first = Number(read[2]);
    const end = Number(read[3] ?? read[2]);
    const missing = [first, end].find((number) => number < 1 || number > last);
    if (missing !== undefined) return failed(`There is no row ${missing}: the last one is ${last}.`);
    if (end < first) return failed(`“${part}” runs backwards.`);
    for (let number = first; number <= end; number += 1) found[read[1] ? "unmarked" : "marked"].push(number);
  }
  return found;
}

function failed(problem) {
  return { marked: [], unmarked: [], problem };
}
