import { useMutation, useQueryClient } from '@tanstack/react-query';
import type { UseMutationResult } from '@tanstack/react-query';
import { notifyDone, notifyProblem } from './notify.ts';

/**
 * A write: runs, refreshes the lists it touches (query keys that start with one of `touches`), says it is done.
 * Field errors go to `onProblem` when the form shows them itself; anything else is a notification.
 */
export function useWrite<Input, Output>(options: {
  run: (input: Input) => Promise<Output>;
  touches: readonly string[];
  done?: string | ((output: Output, input: Input) => string);
  onDone?: (output: Output, input: Input) => void;
  /** Returns true when the form has shown the problem. */
  onProblem?: (error: unknown) => boolean;
}): UseMutationResult<Output, Error, Input> {
  const client = useQueryClient();
  return useMutation({
    mutationFn: options.run,
    onSuccess: async (output, input) => {
      await Promise.all(options.touches.map((key) => client.invalidateQueries({ queryKey: [key] })));
      if (options.done !== undefined)
        notifyDone(typeof options.done === 'string' ? options.done : options.done(output, input));
      options.onDone?.(output, input);
    },
    onError: (error) => {
      if (options.onProblem?.(error) !== true) notifyProblem(error);
    },
  });
}
