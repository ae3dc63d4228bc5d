package im.relay.redis;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;

/** Cuts groups and their members so that each piece is one call of a script. */
final class Pieces {
    private Pieces() {}

    /** Some of the members of a group. */
    interface Part<P> {
        P of(int from, int to);
    }

    /** Takes groups one after the other; each weighs one more than its members, and one of many is in several pieces. */
    static final class Cut<P> {
        private final int max;
        private final List<List<P>> pieces = new ArrayList<>();
        private List<P> piece = new ArrayList<>();
        private int room;

        /** @param max groups and members together of one piece; 2 or more */
        Cut(int max) {
            this.max = max;
            this.room = max;
        }

        void add(Collection<?> members, Part<P> part) {
            int from = 0;
            do {
                if (room <= 1) {
                    pieces.add(piece);
                    piece = new ArrayList<>();
                    room = max;
                }
                int to = Math.min(members.size(), from + room - 1);
                piece.add(part.of(from, to));
                room -= 1 + to - from;
                from = to;
            } while (from < members.size());
        }

        /** At least one, which is empty where nothing was added. */
        List<List<P>> pieces() {
            List<List<P>> all = new ArrayList<>(pieces);
            all.add(piece);
            return all;
        }
    }
}
