// What a page of another origin may try with the cookies of someone who is signed in: what comes of it.
async ([url, body]) => {
  const tried = (path, init) =>
    fetch(url + path, { credentials: "include", ...init })
      .then((answer) => answer.type)
      .catch(() => "refused");
  const post = (path, text, more) => tried(path, { method: "POST", body: text, ...more });

  // A form of another origin can send text that reads as JSON, and an image can ask for any address.
  const frame = Object.assign(document.createElement("iframe"), { name: "frame" });
  const form = document.createElement("form");
  Object.assign(form, { method: "post", action: `${url}/v1/executions`, enctype: "text/plain", target: "frame" });
  const field = document.createElement("input");
  Object.assign(field, { name: `${body.slice(0, -1)}, "x": "`, value: '"}' });
  form.append(field);
  document.body.append(frame, form);
  form.submit();
  await new Promise((done) => {
    frame.onload = done;
  });
  new Image().src = `${url}/v1/executions/victim-1/cancel`;

  const socket = new WebSocket(`${url.replace("http", "ws")}/v1/events`, "ductape.v1");
  return {
    read: await tried("/v1/executions"),
    page: await tried("/"),
    json: await post("/v1/executions", body, { headers: { "Content-Type": "application/json" } }),
    text: await post("/v1/executions", body, { mode: "no-cors" }),
    cancel: await post("/v1/executions/victim-1/cancel", "{}", { mode: "no-cors" }),
    socket: await new Promise((done) => {
      socket.onopen = () => done("open");
      socket.onerror = () => done("refused");
      if (socket.readyState === WebSocket.CLOSED) done("refused");
    }),
  };
};
