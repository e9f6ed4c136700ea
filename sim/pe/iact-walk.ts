/** How the windows of a kernel's columns are laid out as segments for the iact SPads of a PE. */
import type { PeParameters } from '../../hw/pe/parameters.ts';

export interface IactWalkShape {
  /** Iacts of one step of the window, C0·U; where the kernel is narrower than the stride, only those it reads. */
  readonly stepIacts: number;
  /** Kernel columns, of the input, that one step brings. */
  readonly stepColumns: number;
  /** Steps that a window takes. */
  readonly windowSteps: number;
  /** Iacts of a segment. A step is one segment, or several where it would fill the SPad. */
  readonly segmentLength: number;
  readonly segmentsPerStep: number;
}

/** The walk for `channels` channels of a kernel `kernelColumns` wide. */
export function iactWalkShape(
  pe: PeParameters,
  channels: number,
  kernelColumns: number,
  stride: number,
): IactWalkShape {
  const stepColumns = Math.min(stride, kernelColumns);
  const stepIacts = channels * stepColumns;
  // An end address can't tell a segment as long as the SPad from an empty one.
  let segmentsPerStep = 1;
  while (stepIacts % segmentsPerStep !== 0 || stepIacts / segmentsPerStep >= pe.iactDataDepth) segmentsPerStep++;
  return {
    stepIacts,
    stepColumns,
    windowSteps: Math.ceil(kernelColumns / stepColumns),
    segmentLength: stepIacts / segmentsPerStep,
    segmentsPerStep,
  };
}

/** Whether a window, whatever its values, has room in the iact SPads, and its kernel columns have in the weight address SPad. */
export function iactWalkFits(pe: PeParameters, channels: number, kernelColumns: number, stride: number): boolean {
  if (channels * kernelColumns > pe.weightAddressDepth) return false;
  const { windowSteps, stepIacts, segmentsPerStep } = iactWalkShape(pe, channels, kernelColumns, stride);
  return windowSteps * stepIacts <= pe.iactDataDepth && windowSteps * segmentsPerStep <= pe.iactAddressDepth;
}

/** Segments of a row of `windows` windows. */
export function segmentsOfRow({ windowSteps, segmentsPerStep }: IactWalkShape, windows: number): number {
  return (windowSteps + windows - 1) * segmentsPerStep;
}
