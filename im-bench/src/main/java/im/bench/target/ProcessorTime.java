package im.bench.target;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * Processor time from the kernel's own accounting in {@code /proc}, user and system together, in seconds at a resolution
 * of 10 ms; differences of two readings mean something.
 *
 * @param seconds by process name, and {@code client} for this process
 * @param threads by process name without its number, a blank, and the thread's name without its number
 * @param machine of all processes of the machine
 */
public record ProcessorTime(Map<String, Double> seconds, Map<String, Double> threads, double machine) {
    private static final double TICK = 0.01;
    private static final int USER = 11;

    /** What has been used until now. */
    public static ProcessorTime read(Map<String, Long> pids) {
        try {
            Map<String, Double> seconds = new TreeMap<>();
            Map<String, Double> threads = new TreeMap<>();
            for (Map.Entry<String, Long> process : pids.entrySet()) {
                Path folder = Path.of("/proc", process.getValue().toString());
                seconds.put(process.getKey(), used(fields(folder.resolve("stat"))));
                readThreads(process.getKey().replaceAll("-\\d+$", ""), folder.resolve("task"), threads);
            }
            seconds.put("client", used(fields(Path.of("/proc/self/stat"))));
            return new ProcessorTime(seconds, threads, machineTime());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void readThreads(String process, Path tasks, Map<String, Double> threads) throws IOException {
        try (DirectoryStream<Path> all = Files.newDirectoryStream(tasks)) {
            for (Path task : all) {
                String stat = stat(task);
                if (!stat.isEmpty()) {
                    String name = stat.substring(stat.indexOf('(') + 1, stat.lastIndexOf(')'));
                    threads.merge(process + " " + name.replaceAll("[-#0-9]+$", ""), used(fields(stat)), Double::sum);
                }
            }
        }
    }

    /** Empty if the thread has ended since it was listed. */
    private static String stat(Path task) throws IOException {
        try {
            return Files.readString(task.resolve("stat"));
        } catch (IOException e) {
            if (Files.exists(task)) {
                throw e;
            }
            return "";
        }
    }

    private static String[] fields(Path stat) throws IOException {
        return fields(Files.readString(stat));
    }

    /** Behind the name, which may hold anything. */
    private static String[] fields(String stat) {
        return stat.substring(stat.lastIndexOf(')') + 2).split(" ");
    }

    private static double used(String[] fields) {
        return TICK * (Long.parseLong(fields[USER]) + Long.parseLong(fields[USER + 1]));
    }

    /** All but idle and waiting for disks. */
    private static double machineTime() throws IOException {
        List<Long> numbers = List.of(
                        Files.readAllLines(Path.of("/proc/stat")).get(0).trim().split(" +"))
                .stream()
                .skip(1)
                .map(Long::parseLong)
                .toList();
        long busy = numbers.get(0) + numbers.get(1) + numbers.get(2) + numbers.get(5) + numbers.get(6);
        return TICK * busy;
    }

    /** What was used between an earlier reading and this one. A process or thread that is new counts from 0. */
    public ProcessorTime since(ProcessorTime before) {
        return new ProcessorTime(
                minus(seconds, before.seconds), minus(threads, before.threads), machine - before.machine);
    }

    private static Map<String, Double> minus(Map<String, Double> now, Map<String, Double> before) {
        Map<String, Double> used = new TreeMap<>();
        now.forEach((name, value) -> used.put(name, value - before.getOrDefault(name, 0.0)));
        return used;
    }

    /** Of all processes whose names begin so. */
    public double of(String prefix) {
        return seconds.entrySet().stream()
                .filter(entry -> entry.getKey().startsWith(prefix))
                .mapToDouble(Map.Entry::getValue)
                .sum();
    }

    /** Of programs that have nothing to do with the benchmark. */
    public double ofOthers() {
        return Math.max(
                0,
                machine
                        - seconds.values().stream()
                                .mapToDouble(Double::doubleValue)
                                .sum());
    }
}
