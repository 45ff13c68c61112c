/** Lets the event loop run a number of times, so that everything that is due now has happened. */
export const runEventLoop = async (count = 20): Promise<void> => {
  for (let times = 0; times < count; times++) await new Promise(setImmediate);
};
