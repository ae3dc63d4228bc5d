package im.protocol.json;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.Descriptors.Descriptor;
import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.Message;
import im.protocol.codec.FrameCodec;
import im.protocol.codec.ProtocolException;
import im.protocol.v1.Frame;
import io.netty.buffer.Unpooled;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** docs/protocol.md shows every frame on both wires, and what it shows is so. */
class DocumentedFramesTest {
    private static final Pattern EXAMPLE =
            Pattern.compile("### (\\w+) (?:(?!\n### ).)*?```json\n(.*?)```\n\n```hex\n(.*?)```", Pattern.DOTALL);

    private record Example(String name, String json, byte[] bytes) {
        Frame fromJson() throws ProtocolException {
            return Json.read(json);
        }
    }

    private static String page() throws IOException {
        return Files.readString(Path.of(System.getProperty("im.home"), "docs", "protocol.md"));
    }

    private static List<Example> examples() throws IOException {
        List<Example> examples = new ArrayList<>();
        Matcher found = EXAMPLE.matcher(page());
        while (found.find()) {
            String hex = found.group(3).replaceAll("\\s", "");
            examples.add(
                    new Example(found.group(1), found.group(2), HexFormat.of().parseHex(hex)));
        }
        return examples;
    }

    @Test
    void everyExampleIsTheSameFrameOnBothWires() throws Exception {
        for (Example example : examples()) {
            Frame frame = example.fromJson();

            assertThat(FrameCodec.parse(Unpooled.wrappedBuffer(example.bytes())))
                    .as(example.name())
                    .isEqualTo(frame);
            assertThat(HexFormat.of().formatHex(frame.toByteArray()))
                    .as("%s in hexadecimal", example.name())
                    .isEqualTo(HexFormat.of().formatHex(example.bytes()));
        }
    }

    @Test
    void everyExampleIsWrittenAsTheGatewayWritesIt() throws Exception {
        for (Example example : examples()) {
            assertThat(example.json().replaceAll("\\s", ""))
                    .isEqualTo(Json.write(example.fromJson()).replaceAll("\\s", ""));
        }
    }

    @Test
    void everyExampleStandsUnderItsName() throws Exception {
        for (Example example : examples()) {
            assertThat(example.fromJson().getBodyCase().name().replace("_", "")).isEqualToIgnoringCase(example.name());
        }
    }

    @Test
    void noExampleIsOverlooked() throws Exception {
        String page = page();

        assertThat(examples())
                .hasSize(page.split("```json\n", -1).length - 1)
                .hasSize(page.split("```hex\n", -1).length - 1);
    }

    @Test
    void everyBodyAndEveryFieldIsShown() throws Exception {
        Set<Frame.BodyCase> bodies = EnumSet.of(Frame.BodyCase.BODY_NOT_SET);
        Set<String> shown = new HashSet<>();
        for (Example example : examples()) {
            bodies.add(example.fromJson().getBodyCase());
            collect(example.fromJson(), shown);
        }

        assertThat(bodies).isEqualTo(EnumSet.allOf(Frame.BodyCase.class));
        assertThat(shown).isEqualTo(fields(Frame.getDescriptor(), new HashSet<>()));
    }

    private static void collect(Message message, Set<String> shown) {
        message.getAllFields().forEach((field, value) -> {
            shown.add(field.getFullName());
            for (Object part : field.isRepeated() ? (List<?>) value : List.of(value)) {
                if (part instanceof Message inner) {
                    collect(inner, shown);
                }
            }
        });
    }

    private static Set<String> fields(Descriptor message, Set<String> into) {
        for (FieldDescriptor field : message.getFields()) {
            into.add(field.getFullName());
            if (field.getJavaType() == FieldDescriptor.JavaType.MESSAGE) {
                fields(field.getMessageType(), into);
            }
        }
        return into;
    }
}
