package im.relay.kafka;

import im.servers.KafkaServer;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/** A broker that comes back from an older copy of its disk. */
public final class LostTail {
    private LostTail() {}

    /** Kills the broker, takes the records of a partition from an offset on away, and starts it again. */
    public static void from(KafkaServer broker, String topic, int partition, long offset) throws IOException {
        broker.kill();
        Path folder = broker.folder().resolve("data").resolve(topic + "-" + partition);
        Path segment = folder.resolve("00000000000000000000.log");
        try (FileChannel file = FileChannel.open(segment, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
            file.truncate(startOf(file, offset));
        }
        List<Path> indexes = new ArrayList<>();
        try (Stream<Path> files = Files.list(folder)) {
            files.filter(name -> name.toString().endsWith("index")).forEach(indexes::add);
        }
        for (Path index : indexes) {
            Files.delete(index);
        }
        broker.start();
    }

    /** Where the batch begins that has the offset: each begins with its first offset and its length. */
    private static long startOf(FileChannel file, long offset) throws IOException {
        long at = 0;
        ByteBuffer head = ByteBuffer.allocate(12);
        while (true) {
            head.clear();
            if (file.read(head, at) < 12) {
                throw new AssertionError("no batch has offset " + offset);
            }
            if (head.getLong(0) >= offset) {
                return at;
            }
            at += 12 + head.getInt(8);
        }
    }
}
