/** What processes that run layers are told, and tell. */
import type { FinishedTask, LayerSettings, LayerTask } from './run-network-layer.ts';

export type ToProcess =
  { readonly kind: 'settings'; readonly settings: LayerSettings } | { readonly kind: 'task'; readonly task: LayerTask };

export type FromProcess =
  | { readonly kind: 'ready' }
  | { readonly kind: 'finished'; readonly finished: FinishedTask }
  | {
      readonly kind: 'failed';
      readonly name: string;
      readonly message: string;
      readonly stack?: string;
      readonly exitCode?: number;
    };
