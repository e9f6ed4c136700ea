/** What statements do to a memory, as ports: when each is active, and with what. */
import type { ClockDomain } from '../ir/clock-domain.ts';
import type { Expression, MemoryIr, SignalIr, Statement } from '../ir/module-ir.ts';
import type { Site } from '../source/site.ts';
import { both, branchesOf, choice, literal, opposite, truth } from './logic.ts';

/** A write port. What it is given counts only where it is enabled. */
export interface WriteAccess {
  readonly enable: Expression;
  readonly address: Expression;
  readonly data: Expression;
  /** Absent where the word is written whole. */
  readonly mask?: Expression;
  readonly domain: ClockDomain;
  readonly site: Site;
}

/**
 * The write ports that some statements amount to: as many as can be active at once, as the branches of a `when` or `switch`
 * share theirs. Of two ports that write one word, the later counts.
 */
export function writeAccesses(statements: readonly Statement[], memory: MemoryIr): WriteAccess[] {
  return accesses(
    statements,
    (statement): WriteAccess | undefined => {
      if (statement.kind !== 'write' || statement.memory !== memory) return undefined;
      const { address, data, mask, domain, site } = statement;
      return { enable: truth(true, site), address, data, ...(mask === undefined ? {} : { mask }), domain, site };
    },
    (condition, first, second, site) => {
      const masked = first.mask !== undefined || second.mask !== undefined;
      return {
        ...first,
        enable: choice(condition, first.enable, second.enable, site),
        address: choice(condition, first.address, second.address, site),
        data: choice(condition, first.data, second.data, site),
        ...(masked ? { mask: choice(condition, maskOf(first, memory), maskOf(second, memory), site) } : {}),
      };
    },
  );
}

/** Where a register takes what drives it; for registers that one statement drives. */
export function enableOf(statements: readonly Statement[], register: SignalIr): Expression {
  const [only] = accesses<{ enable: Expression }>(
    statements,
    (statement) =>
      statement.kind === 'assign' && statement.target === register
        ? { enable: truth(true, statement.site) }
        : undefined,
    (condition, first, second, site) => ({ enable: choice(condition, first.enable, second.enable, site) }),
  );
  return only!.enable;
}

/** The mask of a write, all ones where it has none. */
export function maskOf({ mask, site }: WriteAccess, { type, maskWidth = type.width }: MemoryIr): Expression {
  const lanes = type.width / maskWidth;
  return mask ?? literal({ kind: 'bits', width: lanes }, (1n << BigInt(lanes)) - 1n, site);
}

/**
 * @param accessOf the access that a statement by itself is, if it is one
 * @param choose one access that is the first where the condition holds, and the second elsewhere
 */
function accesses<A extends { readonly enable: Expression }>(
  statements: readonly Statement[],
  accessOf: (statement: Statement) => A | undefined,
  choose: (condition: Expression, first: A, second: A, site: Site) => A,
): A[] {
  return statements.flatMap((statement): A[] => {
    if (statement.kind !== 'when' && statement.kind !== 'switch') {
      const access = accessOf(statement);
      return access === undefined ? [] : [access];
    }
    const { site } = statement;
    let merged = accesses(statement.otherwise ?? [], accessOf, choose);
    for (const { condition, body } of branchesOf(statement).toReversed()) {
      const own = accesses(body, accessOf, choose);
      const rest = merged;
      merged = Array.from({ length: Math.max(own.length, rest.length) }, (_, index) => {
        const [first, second] = [own[index], rest[index]];
        if (first !== undefined && second !== undefined) return choose(condition, first, second, site);
        if (first !== undefined) return { ...first, enable: both(condition, first.enable, site) };
        return { ...second!, enable: both(opposite(condition, site), second!.enable, site) };
      });
    }
    return merged;
  });
}
