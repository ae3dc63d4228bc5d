package im.bench;

import java.time.LocalDate;
import java.time.ZoneOffset;

/** What a figure says nothing without. */
final class Setting {
    private Setting() {}

    /** Above each table. */
    static void print(String what) {
        System.out.printf(
                "%s, %d cores, JDK %s, Linux %s. %s; client, servers, Kafka, Redis and etcd share the cores.%n%n",
                LocalDate.now(ZoneOffset.UTC),
                Runtime.getRuntime().availableProcessors(),
                Runtime.version().feature(),
                System.getProperty("os.version"),
                what);
    }
}
