/** Instances and arrays of instances to Verilog instances, and what is connected to their pins. */
import { uniqueName } from '../passes/unique-name.ts';
import type { VExpression, VInstance } from './ast.ts';
import type { ExpressionLowering } from './expression-lowering.ts';
import type { InstanceGroup, Pin } from './instance-groups.ts';
import { mergeParts, sameText } from './merge-parts.ts';

/** What an instance of an array is called within the block of its loop. */
const ELEMENT = 'element';

type Connection = VInstance['connections'][number];

/** @param implicitPins what is connected to the clocks and resets of the instance */
export function lowerInstance(
  lowering: ExpressionLowering,
  group: InstanceGroup,
  implicitPins: readonly Connection[],
): VInstance {
  const { module, elements, looped, site } = group;
  const genvar = looped ? uniqueName('i', lowering.taken) : '';
  const connections = group.pins.map((pin): Connection => {
    const { value, shared } =
      pin.port.direction === 'input'
        ? inputOf(lowering, pin, elements.length)
        : { value: nameOf(pin.net), shared: elements.length === 1 };
    return { port: pin.port.name, value: shared ? value : laneOf(value, pin.port.width, genvar) };
  });
  return {
    module: module.name,
    name: looped ? uniqueName(ELEMENT, lowering.taken) : group.name,
    ...(module.external === undefined ? {} : { parameters: parametersOf(module.external.parameters) }),
    connections: [...implicitPins, ...connections],
    ...(looped ? { loop: { label: group.name, genvar, count: elements.length } } : {}),
    site,
  };
}

/** What drives a pin: `shared` by all elements, or a vector with a part for each. */
function inputOf(lowering: ExpressionLowering, pin: Pin, elements: number): { value: VExpression; shared: boolean } {
  const { port, signals } = pin;
  if (signals.length === 1) return { value: lowering.instanceInput(signals[0]!, pin.net), shared: true };
  const widthOf = (net: string): number | undefined => lowering.widthOf(net);
  // Verilog's concatenations have the top first.
  const parts = signals.map((signal) => lowering.partOf(signal)).toReversed();
  const perElement = signals.length / elements;
  const first = parts.slice(0, perElement);
  const shared = parts.every((part, index) => sameText(part, first[index % perElement]!));
  const value = mergeParts(shared ? first : parts, widthOf);
  if (value.kind === 'name' || value.kind === 'slice' || (shared && value.kind === 'number')) return { value, shared };
  const net = { name: pin.net, width: shared ? port.width : signals.length * signals[0]!.type.width };
  return { value: lowering.declareVector(net, value, signals[0]!), shared };
}

/** The part of a vector that belongs to one round of the loop. */
function laneOf(value: VExpression, width: number, genvar: string): VExpression {
  if (value.kind !== 'name' && value.kind !== 'slice') throw new TypeError('only a net has lanes');
  return { kind: 'lane', name: value.name, genvar, width, offset: value.kind === 'slice' ? value.low : 0 };
}

function nameOf(name: string): VExpression {
  return { kind: 'name', name };
}

function parametersOf(parameters: ReadonlyMap<string, bigint | string>): NonNullable<VInstance['parameters']> {
  return [...parameters].map(([name, value]) => ({
    name,
    value: typeof value === 'string' ? `"${value}"` : String(value),
  }));
}
