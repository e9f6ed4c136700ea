/** The link that brings weights to a row of PEs, or to the same row of two clusters. */
import type { OutputModel } from './output-model.ts';
import type { PeModel } from './pe-model.ts';

/** A packet: the sets of takers that its words go to in turn, and how many there are. */
export interface WeightPacket {
  readonly sets: readonly number[];
  readonly words: number;
}

/** What the link of a row carries. */
export interface WeightRowStream {
  /** PEs that take the same words: one set for all columns, or one for each. */
  readonly takers: readonly (readonly PeModel[])[];
  /** Of each turn. */
  readonly packets: readonly (readonly WeightPacket[])[];
  /** Where this row brings parameters of output units: the units, and the words that come before the packets of a turn; 0 where none do. */
  readonly outputs: readonly OutputModel[];
  readonly parameters: readonly number[];
  /** Rows that share its lane from outside, this one included, and its number among them. */
  readonly laneShare: number;
  readonly laneTurn: number;
}

/** Gives a word a cycle where all of its takers are ready. */
export class WeightRowModel {
  private turn = 0;
  private packet = 0;
  /** Words of the packet that have gone; -1: its header is next. */
  private gone = -1;
  private parametersLeft = 0;
  private parametersDone = false;
  readonly words = { local: 0 };

  private readonly stream: WeightRowStream;

  constructor(stream: WeightRowStream) {
    this.stream = stream;
  }

  step(cycle: number): void {
    const { stream } = this;
    if (this.turn >= stream.parameters.length) return;
    if (stream.laneShare > 1 && cycle % stream.laneShare !== stream.laneTurn) return;
    if (this.parametersLeft > 0) {
      if (!stream.outputs.every((output) => output.parameterRoom)) return;
      if (--this.parametersLeft === 0) {
        this.parametersDone = true;
        for (const output of stream.outputs) output.parametersLoaded();
      }
      this.words.local++;
      return;
    }
    if (!this.parametersDone && stream.parameters[this.turn]! > 0 && this.packet === 0 && this.gone < 0) {
      this.parametersLeft = stream.parameters[this.turn]!;
      this.words.local++;
      return;
    }
    this.stepPacket();
  }

  private stepPacket(): void {
    const { takers, packets } = this.stream;
    const { sets, words } = packets[this.turn]![this.packet]!;
    if (this.gone >= 0) {
      const taking = takers[sets[this.gone % sets.length]!]!;
      if (!taking.every((pe) => pe.weightReady)) return;
      for (const pe of taking) pe.takeWeight();
    }
    this.words.local++;
    if (++this.gone < words) return;
    this.gone = -1;
    if (++this.packet < packets[this.turn]!.length) return;
    this.packet = 0;
    this.turn++;
    this.parametersDone = false;
  }
}
