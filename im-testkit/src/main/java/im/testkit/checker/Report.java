package im.testkit.checker;

import im.testkit.history.Event;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/** Collects violations while the rules run. */
final class Report {
    /** More of the same kind tell nothing new. */
    static final int MAX_PER_CONTRACT = 20;

    private final List<Violation> violations = new ArrayList<>();
    private final Map<Integer, Integer> perContract = new HashMap<>();
    private int found;

    void add(int contract, String explanation, Entry<?>... excerpt) {
        found++;
        if (perContract.merge(contract, 1, Integer::sum) <= MAX_PER_CONTRACT) {
            List<Event> events = Stream.<Entry<?>>of(excerpt)
                    .sorted(Comparator.comparingInt(Entry::index))
                    .<Event>map(Entry::event)
                    .distinct()
                    .toList();
            violations.add(new Violation(contract, explanation, events));
        }
    }

    Verdict verdict(Verdict.Counts counts) {
        return new Verdict(List.copyOf(violations), found, counts);
    }
}
