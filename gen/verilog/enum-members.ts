/** Members of enums in the Verilog: a localparam for each that a module uses, `State_Idle`. */
import { type Enumeration, type GroundType, memberOf } from '../ir/ground-type.ts';
import { uniqueName } from '../passes/unique-name.ts';
import type { VLocalparam } from './ast.ts';

/** What members of an enum begin with that nothing names. */
const UNNAMED = 'Enum';

export class EnumMembers {
  private readonly taken: Set<string>;
  /** By enum and member, in order of first use. */
  private readonly used = new Map<Enumeration, Map<string, VLocalparam>>();

  /** `taken` are the names of the module; those of the members are added. */
  constructor(taken: Set<string>) {
    this.taken = taken;
  }

  /** The name of a member, which is then declared; undefined for patterns that are no member, and for other types. */
  nameOf(type: GroundType, value: bigint): string | undefined {
    const member = memberOf(type, value);
    if (member === undefined) return undefined;
    const enumeration = type.enumeration!;
    const members = this.used.get(enumeration) ?? new Map<string, VLocalparam>();
    this.used.set(enumeration, members);
    let localparam = members.get(member);
    if (localparam === undefined) {
      const name = uniqueName(`${enumeration.name ?? UNNAMED}_${member}`, this.taken);
      localparam = { shape: { width: type.width, signed: false }, name, value, site: enumeration.site };
      members.set(member, localparam);
    }
    return localparam.name;
  }

  /** Declarations of the members used: of each enum in its own order. */
  localparams(): VLocalparam[] {
    return [...this.used].flatMap(([{ members }, used]) => [...members.keys()].flatMap((name) => used.get(name) ?? []));
  }
}
