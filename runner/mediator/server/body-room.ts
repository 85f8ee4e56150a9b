/** Memory for the bodies of all requests in hand together. */
export interface BodyRoom {
  /** Room for one request. */
  open(): Room;
}

export interface Room {
  /** Whether there was room for so many bytes more. */
  take(bytes: number): boolean;
  /** Gives back what was taken. */
  leave(): void;
}

export function createBodyRoom(maxBytes: number): BodyRoom {
  let used = 0;
  return {
    open() {
      let mine = 0;
      return {
        take(bytes) {
          if (used + bytes > maxBytes) return false;
          used += bytes;
          mine += bytes;
          return true;
        },
        leave() {
          used -= mine;
          mine = 0;
        },
      };
    },
  };
}
