// The other side of canonical.py: one JSON text a line in, its canonical form as hexadecimal digits out.
import { createInterface } from "node:readline";
import canonicalize from "canonicalize";

for await (const line of createInterface({ input: process.stdin })) {
  console.log(Buffer.from(canonicalize(JSON.parse(line)), "utf8").toString("hex"));
}
