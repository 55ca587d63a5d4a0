import assert from "node:assert/strict";
import { test } from "node:test";

import { deriveRecordKey, openRecord } from "../../tracker/static/js/door/roster-keys.js";

// The same values stand in tests/test_roster_keys.py: the server derives alike.
const PASS = "MP1-00000000000000000000000C1S9";
const DERIVED = {
  id: "b7037ec340ce3be6e28b4888ed4c16a5",
  key: "e9abe9fd985c57f67074f133577b7cd44c5dd15869be4c764af2139aa1ae7ad2",
};
// Sealed by roster_keys.py with that pass, under a nonce of zeros.
const RECORD = { nonce: "AAAAAAAAAAAAAAAA", sealed: "PRjxtAQ7PeCPFbxfep9/GjBxziw77ufA3OmFEKXOiOwQFZ0obDoeqhrC9btS90Z9QKPHA9a8usmvZMo4+L+VEl1JKDa3UO85O0pY/1cwKWChOiAMJH73+4UECMmv951Pr4ifur9ijDU1weyZSDmtI/gPdLXTJgRKKEYS2ANtFdu8kGx7KMFLw2E1iFwdpRn5" };

test("a pass gives the id and the key that the server derives", async () => {
  const { id, key } = await deriveRecordKey(PASS);
  assert.deepEqual({ id, key: Buffer.from(key).toString("hex") }, DERIVED);
});

test("a record that the server sealed opens with its pass", async () => {
  assert.deepEqual(await openRecord(await deriveRecordKey(PASS), RECORD), { name: "Zoë Sample" });
});

test("a record does not open with another pass, nor under another id", async () => {
  const own = await deriveRecordKey(PASS);
  const other = await deriveRecordKey(`${PASS.slice(0, -1)}8`);
  await assert.rejects(openRecord({ ...own, key: other.key }, RECORD));
  await assert.rejects(openRecord({ ...own, id: other.id }, RECORD));
});
