package im.client.store;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** A {@link StoreUpdate} as bytes. */
final class UpdateCodec {
    private UpdateCodec() {}

    static byte[] encode(StoreUpdate update) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        DataOutputStream out = new DataOutputStream(bytes);
        out.writeBoolean(update.cursorsVoid());
        writeDevice(out, update.device());
        writePositions(out, update.cursors());
        writePositions(out, update.shown());
        out.writeInt(update.sends().size());
        for (StoredSend send : update.sends()) {
            out.writeLong(send.number());
            out.writeUTF(send.peer());
            out.writeUTF(send.messageId());
            out.writeLong(send.triedMillis());
            out.writeInt(send.body().length);
            out.write(send.body());
        }
        out.writeInt(update.tried().size());
        for (Map.Entry<Long, Long> tried : update.tried().entrySet()) {
            out.writeLong(tried.getKey());
            out.writeLong(tried.getValue());
        }
        out.writeInt(update.settled().size());
        for (long number : update.settled()) {
            out.writeLong(number);
        }
        return bytes.toByteArray();
    }

    private static void writeDevice(DataOutputStream out, @Nullable DeviceRecord device) throws IOException {
        out.writeBoolean(device != null);
        if (device != null) {
            out.writeUTF(device.device());
            out.writeUTF(device.uid());
            out.writeUTF(device.logId());
            out.writeBoolean(device.whole());
            out.writeLong(device.attempt());
            out.writeLong(device.completeAsOfMillis());
        }
    }

    private static void writePositions(DataOutputStream out, Map<String, Long> positions) throws IOException {
        out.writeInt(positions.size());
        for (Map.Entry<String, Long> position : positions.entrySet()) {
            out.writeUTF(position.getKey());
            out.writeLong(position.getValue());
        }
    }

    /** @throws IOException if the bytes, whose checksum was right, are of another version */
    static StoreUpdate decode(byte[] bytes) throws IOException {
        DataInputStream in = new DataInputStream(new ByteArrayInputStream(bytes));
        boolean cursorsVoid = in.readBoolean();
        DeviceRecord device = readDevice(in);
        Map<String, Long> cursors = readPositions(in);
        Map<String, Long> shown = readPositions(in);
        List<StoredSend> sends = new ArrayList<>();
        for (int left = in.readInt(); left > 0; left--) {
            sends.add(new StoredSend(
                    in.readLong(), in.readUTF(), in.readUTF(), in.readLong(), in.readNBytes(in.readInt())));
        }
        Map<Long, Long> tried = new HashMap<>();
        for (int left = in.readInt(); left > 0; left--) {
            tried.put(in.readLong(), in.readLong());
        }
        Set<Long> settled = new HashSet<>();
        for (int left = in.readInt(); left > 0; left--) {
            settled.add(in.readLong());
        }
        if (in.read() >= 0) {
            throw new IOException("a record with bytes behind its end");
        }
        return new StoreUpdate(cursorsVoid, device, cursors, shown, sends, tried, settled);
    }

    private static @Nullable DeviceRecord readDevice(DataInputStream in) throws IOException {
        if (!in.readBoolean()) {
            return null;
        }
        return new DeviceRecord(
                in.readUTF(), in.readUTF(), in.readUTF(), in.readBoolean(), in.readLong(), in.readLong());
    }

    private static Map<String, Long> readPositions(DataInputStream in) throws IOException {
        Map<String, Long> positions = new HashMap<>();
        for (int left = in.readInt(); left > 0; left--) {
            positions.put(in.readUTF(), in.readLong());
        }
        return positions;
    }
}
