package im.client.store;

import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;

/**
 * A file of records that grows at its end: its name and version, then of each record the length, the length's
 * complement, the checksum of the body, and the body. A record that a crash cut off is no record; bytes that are wrong
 * anywhere else are damage, and said to be. Nobody holds the file open to read it.
 */
final class RecordFile implements Closeable {
    private static final byte[] NAME = "imstore1".getBytes(StandardCharsets.US_ASCII);
    private static final int HEAD_BYTES = 12;

    private final FileChannel channel;
    private long length;
    private boolean broken;

    private RecordFile(FileChannel channel, long length) {
        this.channel = channel;
        this.length = length;
    }

    /** The whole records of a file, and where the last of them ends; none of a file that is not there. */
    record Content(List<byte[]> records, long end) {}

    static Content read(Path file) throws IOException {
        if (!Files.exists(file)) {
            return new Content(List.of(), 0);
        }
        byte[] all = Files.readAllBytes(file);
        int begin = Math.min(all.length, NAME.length);
        if (!Arrays.equals(all, 0, begin, NAME, 0, begin)) {
            throw new IOException(file + " is no store of this client");
        }
        if (begin < NAME.length) {
            return new Content(List.of(), 0);
        }
        List<byte[]> records = new ArrayList<>();
        int at = NAME.length;
        while (at < all.length) {
            byte[] body = recordAt(file, all, at);
            if (body == null) {
                break;
            }
            records.add(body);
            at += HEAD_BYTES + body.length;
        }
        return new Content(records, at);
    }

    /** The body of the record that begins there; null if the file ends within it. */
    private static byte @Nullable [] recordAt(Path file, byte[] all, int at) throws IOException {
        ByteBuffer head = ByteBuffer.wrap(all, at, all.length - at);
        if (head.remaining() < HEAD_BYTES || isZero(all, at)) {
            return null;
        }
        int size = head.getInt();
        if (size != ~head.getInt() || size < 0) {
            throw new IOException(file + " is damaged at byte " + at);
        }
        int sum = head.getInt();
        if (head.remaining() < size) {
            return null;
        }
        byte[] body = Arrays.copyOfRange(all, head.position(), head.position() + size);
        if (sum == checksum(body)) {
            return body;
        }
        if (head.remaining() == size) {
            return null;
        }
        throw new IOException(file + " is damaged at byte " + at);
    }

    /** What a file system may leave where a machine lost its power: room that was never written. */
    private static boolean isZero(byte[] all, int from) {
        for (int i = from; i < all.length; i++) {
            if (all[i] != 0) {
                return false;
            }
        }
        return true;
    }

    private static int checksum(byte[] body) {
        CRC32C sum = new CRC32C();
        sum.update(body);
        return (int) sum.getValue();
    }

    /** Opens it to write behind {@code end}; what stands there is cut off. */
    static RecordFile open(Path file, long end) throws IOException {
        FileChannel channel = FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
        try {
            channel.truncate(end);
            channel.position(end);
            RecordFile opened = new RecordFile(channel, end);
            if (end == 0) {
                opened.write(ByteBuffer.wrap(NAME));
            }
            return opened;
        } catch (IOException e) {
            channel.close();
            throw e;
        }
    }

    long length() {
        return length;
    }

    /** Adds a record: all of it, or, when this throws, nothing of it. */
    void append(byte[] body) throws IOException {
        if (broken) {
            throw new IOException("an earlier write failed and could not be undone");
        }
        ByteBuffer record = ByteBuffer.allocate(HEAD_BYTES + body.length)
                .putInt(body.length)
                .putInt(~body.length)
                .putInt(checksum(body))
                .put(body)
                .flip();
        long before = length;
        try {
            write(record);
        } catch (IOException e) {
            undo(before, e);
            throw e;
        }
    }

    private void write(ByteBuffer bytes) throws IOException {
        while (bytes.hasRemaining()) {
            length += channel.write(bytes);
        }
    }

    private void undo(long to, IOException cause) {
        try {
            channel.truncate(to);
            channel.position(to);
            length = to;
        } catch (IOException e) {
            broken = true;
            cause.addSuppressed(e);
        }
    }

    /** To the disk itself. */
    void force() throws IOException {
        channel.force(false);
    }

    @Override
    public void close() throws IOException {
        channel.close();
    }
}
