package im.bench;

import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** Which threads of our processes the processor time of a message goes to. */
final class ThreadTime {
    private static final int ROWS = 14;
    private static final double MICROS = 1e6;

    private ThreadTime() {}

    static void print(List<Sample> samples) {
        Map<String, Double> all = new TreeMap<>();
        samples.forEach(sample -> sample.used().threads().forEach((name, used) -> all.merge(name, used, Double::sum)));
        double messages = samples.stream()
                .mapToLong(sample -> sample.recorded().delivered())
                .sum();
        Table table = new Table("threads", "µs a message");
        all.entrySet().stream()
                .filter(entry ->
                        entry.getKey().startsWith("gateway") || entry.getKey().startsWith("relay"))
                .sorted(Map.Entry.comparingByValue(Comparator.reverseOrder()))
                .limit(ROWS)
                .forEach(entry -> table.row(entry.getKey(), Table.number(entry.getValue() * MICROS / messages, 1)));
        table.print();
    }
}
