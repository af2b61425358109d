package io.predicomp.bench.report;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;

/** One page with everything in it: chart library, style, script and data. */
public final class HtmlReport {
  /** Apache ECharts, in the jar that is made of its npm package. */
  private static final String LIBRARY =
      "/META-INF/resources/webjars/echarts/5.3.1/dist/echarts.min.js";

  private HtmlReport() {}

  /** {@return the page} */
  public static String of(List<Input> inputs) {
    ArrayNode data = JsonNodeFactory.instance.arrayNode();
    for (Input input : inputs) {
      data.addObject()
          .put("kind", input.kind())
          .put("name", input.name())
          .set("data", input.data());
    }
    String page = resource("report.html");
    for (Map.Entry<String, String> part :
        Map.of(
                "/*STYLE*/", resource("report.css"),
                "/*LIBRARY*/", resource(LIBRARY),
                "/*SCRIPT*/", resource("report.js") + resource("labels.js") + resource("charts.js"),
                "/*DATA*/", json(data))
            .entrySet()) {
      page = page.replace(part.getKey(), part.getValue());
    }
    return page;
  }

  /** Within a script element, nothing may look like its end. */
  private static String json(ArrayNode data) {
    try {
      return new ObjectMapper().writeValueAsString(data).replace("<", "\\u003c");
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
  }

  private static String resource(String name) {
    try (InputStream in = HtmlReport.class.getResourceAsStream(name)) {
      if (in == null) {
        throw new IllegalStateException("the jar lacks " + name);
      }
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
  }
}
