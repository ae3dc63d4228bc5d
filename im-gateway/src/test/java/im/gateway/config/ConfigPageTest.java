package im.gateway.config;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class ConfigPageTest {

    @Test
    void theDocumentationHoldsTheTableOfKeysAsItIs() throws IOException {
        Path page = Path.of(System.getProperty("im.home"), "docs", "configuration.md");

        assertThat(Files.readString(page))
                .as("write it anew with: scripts/im config --markdown")
                .contains(ConfigPage.markdown());
    }

    @Test
    void theExampleInTheDocumentationIsAFileThatLoads() throws Exception {
        Path page = Path.of(System.getProperty("im.home"), "docs", "configuration.md");
        String example = Files.readString(page).replaceAll("(?s).*?```yaml\n(.*?)```.*", "$1");
        Path file = Files.writeString(Files.createTempFile("im", ".yaml"), example);

        LoadedConfig<ServerConfig> loaded = ConfigLoader.load(file, Map.of(), List.of(), Path.of("/"));
        Files.delete(file);

        assertThat(loaded.config().listen().allowedOrigins()).containsExactly("https://chat.example.org");
    }

    @Test
    void everyKeyHasALineWithFiveColumns() throws Exception {
        ConfigLoader.Flag dev = new ConfigLoader.Flag("dev", "true", "--dev");

        String page = ConfigPage.effective(ConfigLoader.load(null, Map.of(), List.of(dev), Path.of("/home")));

        assertThat(page.lines())
                .hasSize(Keys.ALL.size() + 1)
                .allMatch(line -> line.trim().split(" +").length >= 5);
    }
}
