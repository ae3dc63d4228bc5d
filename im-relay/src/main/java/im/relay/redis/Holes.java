package im.relay.redis;

import java.util.ArrayList;
import java.util.List;

/** Ranges of a partition of which nobody can say what stood there, rising (D6, D8). */
record Holes(List<Hole> all) {
    static final Holes NONE = new Holes(List.of());

    /** What stood in (from, to] is not known. */
    record Hole(long from, long to) {}

    /** As {@code skip.lua} writes them. */
    static Holes parse(String text) {
        List<Hole> all = new ArrayList<>();
        for (String hole : text.split(" ", -1)) {
            int dash = hole.indexOf('-');
            if (dash > 0) {
                all.add(new Hole(Long.parseLong(hole.substring(0, dash)), Long.parseLong(hole.substring(dash + 1))));
            }
        }
        return all.isEmpty() ? NONE : new Holes(List.copyOf(all));
    }

    /** Where the last one ends, 0 when there is none. */
    long end() {
        return all.isEmpty() ? 0 : all.get(all.size() - 1).to();
    }
}
