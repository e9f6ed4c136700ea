/** The code that calls the model of a module that is written in Verilog elsewhere. */
import type { CheckedModule } from '../../gen/ir/checked-module.ts';
import type { ClockDomain } from '../../gen/ir/clock-domain.ts';
import type { SignalIr } from '../../gen/ir/module-ir.ts';
import { portLayout } from '../../gen/ir/port-layout.ts';
import type { Groups } from './evaluation-graph.ts';
import { type Extent, Layout, type Slot, slotText } from './layout.ts';
import type { ChildCode } from './child-code.ts';
import { fromBig, retyped, toBig } from './value-code.ts';

export class ExternalCode implements ChildCode {
  readonly checked: CheckedModule;
  readonly layout = new Layout();
  readonly groups: Groups;
  readonly domains: ReadonlySet<ClockDomain>;
  readonly text: string;
  readonly name: string;
  /** Where the model of an instance is. */
  readonly modelSlot: Slot;
  private readonly slots: ReadonlyMap<SignalIr, Slot>;

  constructor(checked: CheckedModule, name: string) {
    const { ir } = checked;
    this.checked = checked;
    this.name = name;
    this.slots = new Map(ir.ports.map((port) => [port, this.layout.add(port.type)]));
    this.modelSlot = this.layout.add({ width: 64 });
    this.domains = new Set(checked.domains.keys());
    const masks = new Map<SignalIr, bigint>();
    const maskOf = (inputs: ReadonlySet<SignalIr>): bigint =>
      ir.ports.reduce((mask, port, index) => (inputs.has(port) ? mask | (1n << BigInt(index)) : mask), 0n);
    for (const output of ir.ports.filter(({ category }) => category === 'output'))
      masks.set(output, maskOf(checked.paths.get(output) ?? new Set()));
    const inputs = [...new Set(masks.values())];
    this.groups = {
      inputs,
      ofOutput: new Map([...masks].map(([output, mask]) => [output, inputs.indexOf(mask)])),
    };
    this.text = this.write();
  }

  get extent(): Extent {
    return this.layout.extent;
  }

  portSlot(port: SignalIr): Slot {
    return this.slots.get(port)!;
  }

  groupFunction(group: number): string {
    return `${this.name}_group${group}`;
  }

  edgeFunction(): string {
    return `${this.name}_edge`;
  }

  resetFunction(): string {
    return `${this.name}_reset`;
  }

  private write(): string {
    const model = slotText(this.modelSlot);
    const ports = portLayout(this.checked.ir);
    const inputs = ports
      .filter(({ direction }) => direction === 'input')
      .map(({ name, leaves }) => {
        const parts = leaves.map(({ signal, low }) => `(${this.bitsOf(signal)} << ${low}n)`);
        return `${name}: ${parts.join(' | ')}`;
      });
    const given = `{ ${inputs.join(', ')} }`;
    // At an edge the model also sees its reset, by the name of the pin.
    const { reset } = this.checked.ir.external!;
    const atEdge = `{ ${[...inputs, ...(reset === undefined ? [] : [`${reset}: BigInt(reset & 1)`])].join(', ')} }`;
    const groups = this.groups.inputs.map((_, group) => {
      const stores = ports.flatMap(({ name, leaves }) =>
        leaves
          .filter(({ signal }) => this.groups.ofOutput.get(signal) === group)
          .map(({ signal, low }) => {
            const value = fromBig(`outputs.${name} >> ${low}n`, signal.type);
            return `${slotText(this.slots.get(signal)!)} = ${value};`;
          }),
      );
      const body = [`const outputs = ${model}.evaluate(${given});`, ...stores].join('\n');
      return `function ${this.groupFunction(group)}(i, r, b) {\n${body}\n}`;
    });
    return [
      ...groups,
      `function ${this.edgeFunction()}(i, r, b, active, reset) {\n${model}.edge?.(${atEdge});\n}`,
      `function ${this.resetFunction()}(i, r, b) {}`,
    ].join('\n');
  }

  private bitsOf(signal: SignalIr): string {
    const bits = { kind: 'bits', width: signal.type.width } as const;
    return toBig(retyped(slotText(this.slots.get(signal)!), signal.type, bits), bits);
  }
}
