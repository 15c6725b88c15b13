// The schema in the hands of those who compile it: a line for each compiler, with all it objects to.
// compilers.mjs SCHEMA FOLDER: what they make goes into the folder.
import { spawnSync } from "node:child_process";
import { copyFileSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { generate } from "@graphql-codegen/cli";
import { buildSchema, isScalarType, isSpecifiedScalarType } from "graphql";
import { operationsOf, refetchedOf } from "./operations.mjs";

const [schemaFile, folder] = process.argv.slice(2);
const schema = buildSchema(readFileSync(schemaFile, "utf8"));
// Every scalar is a text on the wire, but for JSON.
const scalars = Object.fromEntries(
  Object.values(schema.getTypeMap())
    .filter((type) => isScalarType(type) && !isSpecifiedScalarType(type))
    .map(({ name }) => [name, name === "JSON" ? "unknown" : "string"]),
);
const tell = (compiler, objections) => console.log(JSON.stringify({ compiler, objections }));

function run(command, words, cwd = ".") {
  const program = resolve("node_modules", ".bin", command);
  const { status, stdout, stderr } = spawnSync(program, words, { cwd });
  tell(command, status === 0 ? "" : `${stdout}${stderr}`);
}

const { operations, fragments } = operationsOf(schema, "everything_");
console.log(JSON.stringify({ operations: operations.length, fragments: fragments.length }));
writeFileSync(join(folder, "everything.graphql"), [...operations, ...fragments].join("\n"));
await generate(
  {
    schema: schemaFile,
    documents: join(folder, "everything.graphql"),
    generates: {
      [join(folder, "everything.ts")]: { plugins: ["typescript", "typescript-operations"] },
    },
    config: { scalars, strictScalars: true },
    silent: true,
  },
  true,
).then(
  () => tell("graphql-codegen", ""),
  (error) => tell("graphql-codegen", String(error)),
);
run("tsc", ["--strict", "--noEmit", join(folder, "everything.ts")]);

mkdirSync(join(folder, "relay", "made"), { recursive: true });
copyFileSync(schemaFile, join(folder, "schema.graphql"));
const tagged = (texts) => texts.map((text) => `graphql\`${text}\`;`).join("\n");
// Relay wants a name for what may not be there, as a fragment on one type of several.
const aliased = operations.map((text) => text.replaceAll(/\.\.\.\w+/g, "$& @alias"));
writeFileSync(join(folder, "relay", "everything.ts"), tagged([...aliased, ...fragments]));
writeFileSync(join(folder, "relay", "refetched.ts"), tagged(refetchedOf(schema, "refetched_")));
const config = {
  src: "relay",
  artifactDirectory: "relay/made",
  language: "typescript",
  schema: "schema.graphql",
  customScalarTypes: scalars,
};
writeFileSync(join(folder, "relay.config.json"), JSON.stringify(config));
run("relay-compiler", ["relay.config.json"], folder);
