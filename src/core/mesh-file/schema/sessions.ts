import * as z from "zod";
import { headerToken, line } from "./scalars.ts";
import { textOf } from "./text-form.ts";

/** By what a person is known, in the words of Istio's consistentHash. */
export const sessionsSchema = z
  .strictObject({
    httpHeaderName: textOf(
      headerToken,
      "The name of a header that has the same value in all requests of a person.",
    ).optional(),
    httpCookie: z
      .strictObject({ name: textOf(headerToken, "The name of the cookie.") })
      .meta({
        description: "A cookie that the application sets: its session, or who is signed in. isthmus sets none.",
      })
      .optional(),
    httpQueryParameterName: textOf(line, "The name of a query parameter.").optional(),
  })
  .meta({
    description:
      "By what a person is known, so that all requests of a person go to the same version, and a shift between two versions moves each person at most once (of three or more, persons of a version whose weight stays may move too): Istio's consistentHash between versions instead of between pods. Requests without it go by the weights, each by itself. Default: every request goes by the weights.",
    oneOf: [{ required: ["httpHeaderName"] }, { required: ["httpCookie"] }, { required: ["httpQueryParameterName"] }],
  });
