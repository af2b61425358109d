package io.predicomp.controller.wire;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.predicomp.controller.wire.Message.Ack;
import io.predicomp.controller.wire.Message.Compress;
import io.predicomp.controller.wire.Message.Enroll;
import io.predicomp.controller.wire.Message.Enrolled;
import io.predicomp.controller.wire.Message.Failure;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.StringLength;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class MessageFormatTest {
  private static String line(Message message) {
    String line = new String(MessageFormat.encode(message), StandardCharsets.UTF_8);
    assertTrue(line.endsWith("\n"));
    assertEquals(line.length() - 1, line.indexOf('\n'));
    return line.strip();
  }

  @Test
  void messagesSurviveTheLine() throws ProtocolException {
    for (Message message :
        List.of(
            new Enroll(42, "anon_streamer", 256, 5, 512, "external"),
            new Enrolled(3, 123_456_789_012L),
            new Compress(7),
            new Ack(7, true, "", Map.of("compress_ops", 9L, "pool_bytes_live", 0L)),
            new Ack(8, false, "the run is \"over\"\n", Map.of()),
            new Failure("no"))) {
      assertEquals(message, MessageFormat.decode(line(message)));
    }
    assertEquals("{\"v\":1,\"type\":\"compress\",\"request\":7}", line(new Compress(7)));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "{",
        "[]",
        "null",
        "{}",
        "{\"v\":2,\"type\":\"compress\",\"request\":1}",
        "{\"v\":1}",
        "{\"v\":1,\"type\":\"dance\"}",
        "{\"v\":1,\"type\":\"compress\",\"request\":0}",
        "{\"v\":1,\"type\":\"compress\",\"request\":1.5}",
        "{\"v\":1,\"type\":\"compress\",\"request\":99999999999999999999}",
        "{\"v\":1,\"type\":\"ack\",\"request\":1}",
        "{\"v\":1,\"type\":\"ack\",\"request\":1,\"done\":true,\"stats\":{\"a\":-1}}",
        "{\"v\":1,\"type\":\"enroll\",\"pid\":0}",
        "{\"v\":1,\"type\":\"enroll\",\"pid\":1,\"workload\":\"w\",\"arena_cap_mb\":1,"
            + "\"arena_min_savings_pct\":1,\"region_mb\":1,\"compress_policy\":\"maybe\"}",
      })
  void whatIsNoMessageIsRefusedWithAReason(String line) {
    ProtocolException e = assertThrows(ProtocolException.class, () -> MessageFormat.decode(line));
    assertFalse(e.getMessage().isBlank());
  }

  @Property
  void noTextDoesWorseThanBeingRefused(@ForAll @StringLength(max = 200) String line) {
    try {
      assertTrue(MessageFormat.decode(line) != null);
    } catch (ProtocolException e) {
      assertFalse(e.getMessage().isBlank());
    }
  }

  @Property
  void linesDoNotDependOnThePieces(
      @ForAll List<@StringLength(max = 50) String> texts,
      @ForAll @IntRange(min = 1, max = 40) int size)
      throws ProtocolException {
    List<String> expected =
        texts.stream().map(text -> text.replaceAll("[\\n\\ud800-\\udfff]", "?")).toList();
    StringBuilder all = new StringBuilder();
    expected.forEach(text -> all.append(text).append('\n'));
    byte[] bytes = all.toString().getBytes(StandardCharsets.UTF_8);
    LineBuffer buffer = new LineBuffer();
    List<String> lines = new ArrayList<>();
    for (int from = 0; from < bytes.length; from += size) {
      byte[] piece = Arrays.copyOfRange(bytes, from, Math.min(bytes.length, from + size));
      lines.addAll(buffer.add(piece, piece.length));
    }
    assertEquals(expected, lines);
  }

  @Test
  void aLineHasALongestLength() throws ProtocolException {
    byte[] longest = new byte[Message.LONGEST];
    LineBuffer buffer = new LineBuffer();
    assertTrue(buffer.add(longest, longest.length).isEmpty());
    assertEquals(1, buffer.add(new byte[] {'\n'}, 1).size());
    assertTrue(buffer.add(longest, longest.length).isEmpty());
    assertThrows(ProtocolException.class, () -> buffer.add(new byte[] {'x'}, 1));
  }
}
