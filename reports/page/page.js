"use strict";
(() => {
  const charts = JSON.parse(document.getElementById("charts").textContent);
  const spoken = document.getElementById("spoken");
  const PAGE = 25;
  const PRINTED = 690;
  const PRINTED_HEIGHT = 860;
  const LIGHT = { ink: "#000", paper: "#fff", grid: "#ddd", edge: "#888", land: "#e9e6dd", sea: "#fff" };

  // Colours: 'theme:NAME' under a key that ends in 'color' takes the page's own.
  const themed = (value, key, theme) => {
    if (typeof value === "string") {
      return /color$/.test(key) && value.startsWith("theme:") ? theme[value.slice(6)] : value;
    }
    if (Array.isArray(value)) return /color$/.test(key) ? value.map((one) => themed(one, key, theme)) : value.map((one) => (one && typeof one === "object" ? themed(one, "", theme) : one));
    if (value && typeof value === "object") {
      return Object.fromEntries(Object.entries(value).map(([name, one]) => [name, themed(one, name, theme)]));
    }
    return value;
  };
  const screenTheme = () => {
    const style = getComputedStyle(document.documentElement);
    return Object.fromEntries(Object.keys(LIGHT).map((name) => [name, style.getPropertyValue(`--${name}`).trim()]));
  };

  const drawn = new Set();
  const draw = (plot, theme, width) => {
    const { data, layout } = charts[plot.dataset.chart];
    const narrow = plot.clientWidth < 560;
    const look = {
      ...themed(layout, "", theme),
      height: width ? Math.min(Number(plot.dataset.height), PRINTED_HEIGHT) : Number(plot.dataset.height),
      paper_bgcolor: "rgba(0,0,0,0)",
      plot_bgcolor: themed(layout.plot_bgcolor || "rgba(0,0,0,0)", "plot_bgcolor", theme),
      font: { family: getComputedStyle(document.body).fontFamily, size: narrow ? 11 : 12, color: theme.ink },
      modebar: { bgcolor: "rgba(0,0,0,0)", color: theme.edge, activecolor: theme.ink },
      hoverlabel: { align: "left", bgcolor: theme.paper, bordercolor: theme.edge, font: { color: theme.ink } },
    };
    if (width) look.width = width;
    else look.autosize = true;
    const zooms = layout.dragmode === "pan";
    const config = {
      responsive: !width, displaylogo: false, displayModeBar: zooms,
      modeBarButtons: [["zoom2d", "pan2d", "zoomIn2d", "zoomOut2d", "resetScale2d"]],
    };
    drawn.add(plot);
    plot.style.height = `${look.height}px`;
    return Plotly.react(plot, themed(data, "", theme), look, config);
  };

  // Every chart can be read point by point with the arrow keys.
  const points = (plot) => {
    const found = [];
    (plot.data || []).forEach((trace, curveNumber) => {
      if (trace.hoverinfo !== "text" || !trace.hovertext || trace.visible === "legendonly") return;
      trace.hovertext.forEach((text, pointNumber) => {
        if (text) found.push({ curveNumber, pointNumber, text });
      });
    });
    return found;
  };
  const plain = (text) => {
    const area = document.createElement("textarea");
    area.innerHTML = text.replace(/<br>/g, ", ");
    return area.value;
  };
  const readable = (plot) => {
    let at = -1;
    plot.addEventListener("keydown", (event) => {
      const step = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 }[event.key];
      const all = points(plot);
      if (event.key === "Escape") {
        at = -1;
        Plotly.Fx.unhover(plot);
      }
      if (!step || !all.length) return;
      event.preventDefault();
      at = (at + step + all.length) % all.length;
      const { curveNumber, pointNumber, text } = all[at];
      const axes = plot.data[curveNumber];
      Plotly.Fx.hover(plot, [{ curveNumber, pointNumber }], `${axes.xaxis || "x"}${axes.yaxis || "y"}`);
      spoken.textContent = plain(text);
    });
  };

  // Tables: sort by any column, filter by any text, a page at a time.
  const control = (name, words, parent) => {
    const made = document.createElement(name);
    if (words) made.textContent = words;
    parent.append(made);
    return made;
  };
  const manage = (box) => {
    const table = box.querySelector("table");
    const body = table.tBodies[0];
    const more = box.querySelector("script.rows");
    const count = body.rows.length + (more ? Number(more.dataset.rows) : 0);
    if (count < 2) return;
    const rows = [...body.rows];
    let shown = rows;
    let page = 0;
    // Later rows are text until they are needed: thousands of them would make the page slow to open.
    const load = () => {
      if (rows.length === count) return;
      const made = document.createElement("template");
      made.innerHTML = more.textContent;
      rows.push(...made.content.children);
    };
    const tools = document.createElement("div");
    tools.className = "tools";
    box.prepend(tools);
    const status = document.createElement("span");
    status.setAttribute("role", "status");
    let back, next;
    const show = () => {
      const found = shown === rows ? count : shown.length;
      const last = Math.max(0, Math.ceil(found / PAGE) - 1);
      page = Math.min(page, last);
      body.replaceChildren(...shown.slice(page * PAGE, (page + 1) * PAGE));
      const from = found ? page * PAGE + 1 : 0;
      const to = Math.min(found, (page + 1) * PAGE);
      const all = found === count ? "" : ` (of ${count.toLocaleString("en")})`;
      status.textContent = count > PAGE || all ? `${from} to ${to} of ${found.toLocaleString("en")} rows${all}` : "";
      if (back) back.disabled = page === 0;
      if (next) next.disabled = page === last;
      const told = box.querySelector(".more");
      if (told) told.textContent = `Printed: rows ${from} to ${to} of ${found.toLocaleString("en")}.`;
      if (told) told.className = "more printed";
    };
    if (count > 8) {
      const label = control("label", "Filter ", tools);
      const input = control("input", "", label);
      input.type = "search";
      input.setAttribute("aria-label", `Filter: ${table.caption.textContent}`);
      let waiting;
      input.addEventListener("input", () => {
        clearTimeout(waiting);
        waiting = setTimeout(() => {
          load();
          const words = input.value.toLowerCase().split(/\s+/).filter(Boolean);
          shown = rows.filter((row) => {
            const text = row.textContent.toLowerCase();
            return words.every((word) => text.includes(word));
          });
          page = 0;
          show();
        }, 120);
      });
    }
    if (count > PAGE) {
      back = control("button", "Back", tools);
      next = control("button", "Next", tools);
      back.type = next.type = "button";
      back.addEventListener("click", () => { load(); page -= 1; show(); });
      next.addEventListener("click", () => { load(); page += 1; show(); });
    }
    tools.append(status);
    [...table.tHead.rows[0].cells].forEach((head, column) => {
      if (!head.textContent) return;
      const button = document.createElement("button");
      button.type = "button";
      button.textContent = head.textContent;
      head.replaceChildren(button);
      button.addEventListener("click", () => {
        load();
        const falling = head.getAttribute("aria-sort") === "ascending";
        table.querySelectorAll("th[aria-sort]").forEach((one) => one.removeAttribute("aria-sort"));
        head.setAttribute("aria-sort", falling ? "descending" : "ascending");
        const keys = new Map(rows.map((row) => {
          const { dataset, textContent } = row.cells[column];
          return [row, dataset.v === undefined ? textContent : Number(dataset.v)];
        }));
        const compare = (a, b) => {
          const [x, y] = [keys.get(a), keys.get(b)];
          if (x === "" || y === "") return (x === "") - (y === "");
          const order = typeof x === "number" && typeof y === "number" ? x - y : String(x).localeCompare(String(y), "en", { numeric: true });
          return falling ? -order : order;
        };
        rows.sort(compare);
        shown = shown === rows ? rows : [...shown].sort(compare);
        page = 0;
        show();
      });
    });
    show();
  };

  // Charts in sight first, the others when there is nothing better to do or somebody comes near.
  const plots = [...document.querySelectorAll(".plot")];
  const told = document.documentElement.dataset;
  const once = async (plot) => {
    if (drawn.has(plot)) return;
    readable(plot);
    await draw(plot, screenTheme());
  };
  const idle = () => new Promise((done) => {
    if (window.requestIdleCallback) requestIdleCallback(done, { timeout: 300 });
    else setTimeout(done, 20);
  });
  const drawAll = async () => {
    for (const plot of plots) if (plot.getBoundingClientRect().top < innerHeight) await once(plot);
    told.opened = "yes";
    const near = new IntersectionObserver((seen) => {
      seen.forEach((one) => { if (one.isIntersecting) once(one.target); });
    }, { rootMargin: "600px" });
    plots.forEach((plot) => near.observe(plot));
    for (const box of document.querySelectorAll(".table")) {
      await idle();
      manage(box);
    }
    for (const plot of plots) {
      await idle();
      await once(plot);
    }
    near.disconnect();
    told.ready = "yes";
  };
  drawAll();
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => {
    drawn.forEach((plot) => draw(plot, screenTheme()));
  });
  // On paper charts are drawn anew, smaller and on white. Where names were placed for the screen's
  // size (map) or flows would still be moving (Sankey), the drawing is scaled as it is.
  const scaled = (plot) => charts[plot.dataset.chart].layout.dragmode === "pan";
  const flowing = (plot) => charts[plot.dataset.chart].data.some((trace) => trace.type === "sankey");
  addEventListener("beforeprint", () => plots.forEach((plot) => {
    if (flowing(plot) && drawn.has(plot)) plot.style.zoom = PRINTED / plot.clientWidth;
    else if (scaled(plot)) {
      const zoom = PRINTED / plot.clientWidth;
      draw(plot, LIGHT, plot.clientWidth);
      plot.style.zoom = zoom;
    } else draw(plot, LIGHT, PRINTED);
  }));
  addEventListener("afterprint", () => plots.forEach((plot) => {
    plot.style.zoom = "";
    draw(plot, screenTheme());
  }));
})();
