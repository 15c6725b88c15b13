// Operations for every root field of a schema, and fragments for all that they can show.
import { getNamedType, isAbstractType, isCompositeType, isObjectType } from "graphql";

// For every type a fragment with all its fields, for every root field an operation with all its
// arguments that spreads them. Names begin with `prefix`, as Relay wants it.
export function operationsOf(schema, prefix) {
  const nameOf = (type) => `${prefix}${type.name}`;

  const spreadOf = (type) => {
    const types = isAbstractType(type) ? schema.getPossibleTypes(type) : [type];
    return `__typename ${types.map((one) => `...${nameOf(one)}`).join(" ")}`;
  };
  const selected = (field, what) =>
    isCompositeType(getNamedType(field.type))
      ? `${field.name} { ${what(getNamedType(field.type))} }`
      : field.name;
  const links = (type) =>
    isObjectType(type)
      ? fieldsOf(type).filter((one) => isCompositeType(getNamedType(one.type)))
      : [];
  const withLinks = (type) =>
    [spreadOf(type), ...links(type).map((one) => selected(one, spreadOf))].join(" ");

  const roots = {
    query: schema.getQueryType(),
    mutation: schema.getMutationType(),
    subscription: schema.getSubscriptionType(),
  };
  const operation = (kind, field) => {
    const declared = field.args.map((one) => `$${one.name}: ${one.type}`).join(", ");
    const given = field.args.map((one) => `${one.name}: $${one.name}`).join(", ");
    return `${kind} ${prefix}${capital(field.name)}${capital(kind)}${declared && `(${declared})`} {
      shown: ${selected({ ...field, name: `${field.name}${given && `(${given})`}` }, withLinks)}
    }`;
  };
  const operations = Object.entries(roots).flatMap(([kind, root]) =>
    Object.values(root.getFields()).map((field) => operation(kind, field)),
  );
  const fragments = Object.values(schema.getTypeMap())
    .filter((type) => isObjectType(type) && !type.name.startsWith("__"))
    .filter((type) => !Object.values(roots).includes(type))
    .map((type) => {
      // In the place of an interface fields of one name may differ in type: each has its own alias.
      const fields = fieldsOf(type).map(
        (one) => `${type.name}_${one.name}: ${selected(one, () => "__typename")}`,
      );
      return `fragment ${nameOf(type)} on ${type.name} { ${fields.join(" ")} }`;
    });
  return { operations, fragments };
}

// Relay's own proofs: what has an id can be asked for again by it, and connections go on page by page.
export function refetchedOf(schema, prefix) {
  const query = schema.getQueryType();
  const nodes = schema.getPossibleTypes(schema.getType("Node"));
  return [
    ...nodes.map(
      ({ name }) =>
        `fragment ${prefix}${name} on ${name} @refetchable(queryName: "${prefix}${name}Query") { id }`,
    ),
    ...[query, ...nodes].flatMap((type) =>
      fieldsOf(type)
        .filter((field) => getNamedType(field.type).name.endsWith("Connection"))
        .map((field) => pagesOf(`${prefix}${type.name}_${field.name}`, type, field)),
    ),
  ];
}

const pagesOf = (name, type, field) => `
  fragment ${name} on ${type.name} @refetchable(queryName: "${name}Query")
  @argumentDefinitions(count: { type: "Int", defaultValue: 10 }, cursor: { type: "String" }) {
    ${field.name}(first: $count, after: $cursor) @connection(key: "${name}_${field.name}") {
      edges { node { __typename } }
    }
  }`;

// The fields that can be asked for without an argument.
const fieldsOf = (type) =>
  Object.values(type.getFields()).filter((field) =>
    field.args.every((one) => !String(one.type).endsWith("!") || one.defaultValue !== undefined),
  );

const capital = (name) => name[0].toUpperCase() + name.slice(1);
